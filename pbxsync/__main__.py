"""`python -m pbxsync`, where the command itself is not on the path."""

from pbxsync.cli.main import main

if __name__ == "__main__":
    main()
