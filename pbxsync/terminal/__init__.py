"""The way out to people: the terminal, and what is said when something happened that nobody expected."""
