"""All sensors of a rig in one estimate."""
