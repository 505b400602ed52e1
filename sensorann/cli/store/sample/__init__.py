"""`sensorann store review plan|next|record|decide`: a sample instead of everything, and what it decides."""

SAMPLE_COMMANDS = (
    ("plan", "Draw the objects to look at."),
    ("next", "Name the object to look at next."),
    ("record", "Record whether an object is right, or what is wrong with it."),
    ("decide", "Accept or reject by what was found, with an evidence file."),
)
