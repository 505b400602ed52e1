"""A plain folder as a drive: how a team brings its own data."""
