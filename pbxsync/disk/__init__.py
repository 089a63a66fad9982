"""Files for their owner alone: written whole or not at all, or line by line."""
