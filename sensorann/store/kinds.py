"""Kinds of events, where it matters of what kind one is."""

# Talk and organisation beside the labels: taken back by saying the opposite, and no change of an object.
BESIDE_LABELS = (
    "comment",
    "resolve",
    "accept",
    "reject",
    "assign",
    "status",
    "user",
    "guideline",
    "sign off",
    "sample",
    "look",
    "decision",
)
# What a program made in one go: nobody worked on each of its boxes.
AUTOMATIC = ("import", "interpolate", "extend", "prelabel", "track")
