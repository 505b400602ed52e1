"""Radars by the Doppler of what stands still."""
