"""Each kind of fault against each operation: the table, the page made of it, and a test for each cell."""
