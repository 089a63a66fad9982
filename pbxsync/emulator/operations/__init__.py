"""The operations of the API. `table` finds the one that a request names."""
