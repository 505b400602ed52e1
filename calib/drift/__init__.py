"""Whether a camera is still where it was, from labels alone."""
