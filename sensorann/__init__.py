"""Multi-sensor 3D and video annotation: people place keyframes, the engine fills the rest.

The verbs of the command line are functions here, loaded when first used:

>>> import sensorann as sa  # doctest: +SKIP
>>> drive = sa.open_drive("kitti/training#0000")  # doctest: +SKIP
>>> labels = sa.read_labels("keyframes.json", drive=drive)  # doctest: +SKIP
>>> sa.write_labels(sa.interpolate(labels, drive), "complete.json")  # doctest: +SKIP
"""

import lazy_loader

__version__ = "0.1.0"

__getattr__, __dir__, __all__ = lazy_loader.attach(
    __name__,
    submod_attrs={
        "fitting": [
            "cuboid_from_click",
            "cuboid_from_image_box",
            "fit_cuboid",
            "fit_together",
            "ground",
            "grow_object",
            "refine_cuboid",
        ],
        "formats": ["list_drives", "open_drive", "pack", "read_detections", "read_labels", "write_labels"],
        "geometry": ["Camera", "Cuboid", "Cuboids", "Trajectory", "Transform", "Transforms"],
        "qa": ["check", "compare", "error_table", "repaired"],
        "scene": [
            "Detections",
            "Drive",
            "Labels",
            "Ontology",
            "Rig",
            "Source",
            "Sweep",
            "Track",
            "default_ontology",
            "sync",
        ],
        "simulate": ["simulate_drive"],
        "store": ["Note", "open_store"],
        "tracks": ["interpolate", "prelabel", "suggest", "track"],
    },
)
