"""The one solver, what it says of an answer, and how that is told."""
