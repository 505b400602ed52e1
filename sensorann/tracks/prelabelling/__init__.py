"""Tracks of a drive that nobody has labelled: proposed from its points, for people to correct."""
