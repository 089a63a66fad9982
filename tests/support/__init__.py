"""What the tests share: a folder to work in, the command, servers to talk to, and a guard around all of it."""
