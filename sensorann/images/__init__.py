"""Pictures and video: labels drawn on camera images and from above."""

from sensorann.images.birdseye import BirdseyeView, draw_birdseye
from sensorann.images.colors import track_color
from sensorann.images.files import Video, write_picture
from sensorann.images.instants import InstantBoxes, boxes_at
from sensorann.images.overlays import draw_cuboids, draw_ranges
from sensorann.images.rendering import RenderSummary, render_drive

__all__ = [
    "BirdseyeView",
    "InstantBoxes",
    "RenderSummary",
    "Video",
    "boxes_at",
    "draw_birdseye",
    "draw_cuboids",
    "draw_ranges",
    "render_drive",
    "track_color",
    "write_picture",
]
