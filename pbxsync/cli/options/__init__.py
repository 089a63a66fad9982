"""What each command takes: arguments, options and help. It stays light, because `--help` and completion load it."""
