"""Which frame a person should correct next, and why."""
