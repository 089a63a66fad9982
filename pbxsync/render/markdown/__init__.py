"""The plan as a comment on a pull or merge request."""
