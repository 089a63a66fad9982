"""What git knows of the files: the commit they belong to, what is not committed, and any commit's files without a checkout.

Reads only, through the `git` command, because it alone understands every repository that users have (worktrees, partial
clones, packs, replace refs). This package is the one home of subprocess.
"""
