"""Cameras refined without targets, by edges."""
