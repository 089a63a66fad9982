"""The result of an apply, as a document for programs and as a comment for the people who approved it."""
