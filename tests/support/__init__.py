"""What tests share: a workspace with the command, servers to talk to, and a guard against other machines."""
