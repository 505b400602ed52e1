"""`sensorann store`: the table of its commands, each a file of this folder."""

STORE_COMMANDS = (
    ("init", "Make an empty label store."),
    ("import", "Take labels in as a new drive."),
    ("export", "Write the labels of a drive, their provenance, or columns for training."),
    ("datasheet", "Describe released labels: Croissant, with what was reviewed and what is known to be wrong."),
    ("drives", "List the drives of a store."),
    ("log", "List events: who changed what, when, with what."),
    ("show", "Show an object or a box, and why it is as it is."),
    ("repair", "Apply what a check suggests, each repair as an event that can be undone."),
    ("undo", "Take back your last edit of a drive, or redo it."),
    ("guideline", "Say by which text a drive is annotated, or tell it."),
    ("assign", "Assign a drive to a person, or give a person a role."),
    ("status", "Show how far the tasks of a drive are, or move one on."),
    ("review", "Accept, reject or comment on an object."),
    ("stats", "Count boxes by source, and the work by object and by person."),
    ("verify", "Check that the store is what was written."),
    ("migrate", "Bring a store of an older version up to this one."),
)
