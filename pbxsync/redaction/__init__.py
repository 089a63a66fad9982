"""Removes keys from any text, however a server, a library or a log may have written them."""
