"""How position, heading and size go from keyframe to keyframe."""
