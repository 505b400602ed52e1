"""LiDARs joined by what both see."""
