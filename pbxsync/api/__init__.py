"""The user's API document as data: the operations with their sources, and requests as values."""
