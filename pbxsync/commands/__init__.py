"""One file per verb of the command line: options in, one core call, render, exit status."""
