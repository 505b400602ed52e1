"""Boards found in pictures and clouds without help, and sensors joined by them."""
