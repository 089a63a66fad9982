"""One request of the API in the words of a command line."""
