"""The API as PBXCloud speaks it: which replies are believed, rows, MANAGEDB operations, and what a refused key means."""
