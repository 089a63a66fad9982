"""The operations of the API, one module per reqtype; `table` finds the one that a request names."""
