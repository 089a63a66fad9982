"""Removes keys from any text, in every form in which a server or a library may have written them."""
