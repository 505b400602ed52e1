"""What a person can do to a session: one function per action, one undoable event per edit."""
