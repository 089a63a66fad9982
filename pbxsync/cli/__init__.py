"""The command line: entry point, global options, terminal output, and the stages that commands share."""
