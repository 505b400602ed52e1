"""Lenses of cameras from pictures of boards."""
