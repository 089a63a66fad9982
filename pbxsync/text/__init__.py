"""Text that nobody here wrote: made harmless, compared as people would, and the word that was meant."""
