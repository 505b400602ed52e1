"""From points to cuboids: the ground, growing an object from a click, and fitting a box to it."""

from sensorann.fitting.candidates import Candidates, find_candidates
from sensorann.fitting.clicking import ClickedFit, fit_at
from sensorann.fitting.cuboid_fit import CuboidFit, fit_cuboid
from sensorann.fitting.ground_model import Ground, GroundModel, ground
from sensorann.fitting.growing import GrownObject, grow_object
from sensorann.fitting.image_box import cuboid_from_image_box
from sensorann.fitting.local_ground import GroundPlane, estimate_ground
from sensorann.fitting.proposing import Proposal, cuboid_from_click
from sensorann.fitting.refining import Refinement, refine_cuboid
from sensorann.fitting.together import fit_together

__all__ = [
    "Candidates",
    "ClickedFit",
    "CuboidFit",
    "Ground",
    "GroundModel",
    "GroundPlane",
    "GrownObject",
    "Proposal",
    "Refinement",
    "cuboid_from_click",
    "cuboid_from_image_box",
    "estimate_ground",
    "find_candidates",
    "fit_at",
    "fit_cuboid",
    "fit_together",
    "ground",
    "grow_object",
    "refine_cuboid",
]
