"""URDF: links joined by fixed joints; angles are roll, pitch, yaw in radians about fixed x, y, z. No lenses."""

from __future__ import annotations

import logging
from pathlib import Path
from xml.etree.ElementTree import Element, ParseError
from xml.sax.saxutils import quoteattr

import numpy as np
from defusedxml import DefusedXmlException, ElementTree

from sensorann.errors import FormatError
from sensorann.files import written_whole
from sensorann.formats.openlabel.rig import rotation_from_euler
from sensorann.formats.rigs.document import Placement, RigDocument
from sensorann.formats.text_files import read_text
from sensorann.geometry import Transform
from sensorann.geometry.rotations import angles_from_rotation

NAME = "urdf"
ENDINGS = (".urdf", ".xml")
LANDMARK = "a robot of links and fixed joints"
_logger = logging.getLogger(__name__)


def recognises(path: Path, text: str) -> bool:
    """Tell whether a file is a URDF."""
    return path.suffix in ENDINGS and "<robot" in text


def read(path: Path) -> RigDocument:
    """Read the fixed joints; those that move are left out, and said."""
    try:
        robot = ElementTree.fromstring(read_text(path))
    except (ParseError, DefusedXmlException) as error:
        raise FormatError(path, "", expected="XML without entities", found=str(error)) from error
    placements, moving = [], []
    for joint in robot.iter("joint"):
        if joint.get("type") == "fixed":
            placements.append(_placement(joint, path))
        else:
            moving.append(str(joint.get("name")))
    if moving:
        _logger.warning("%s: joints that move are left out: %s", path, ", ".join(moving))
    return RigDocument(placements=tuple(placements), lenses={})


def write(document: RigDocument, path: Path) -> None:
    """Write links and fixed joints; lenses have no place here."""
    if document.lenses:
        _logger.warning("%s: URDF has no place for the lenses of %s", path, ", ".join(document.lenses))
    lines = [
        '<?xml version="1.0"?>',
        '<robot name="rig">',
        *(f"  <link name={quoteattr(n)}/>" for n in document.frames),
    ]
    for placed in document.placements:
        angles = " ".join(map(repr, angles_from_rotation(placed.parent_from_child.rotation).tolist()))
        place = " ".join(map(repr, placed.parent_from_child.translation.tolist()))
        lines += [
            f'  <joint name={quoteattr(f"{placed.parent}_to_{placed.child}")} type="fixed">',
            f"    <parent link={quoteattr(placed.parent)}/>",
            f"    <child link={quoteattr(placed.child)}/>",
            f'    <origin xyz="{place}" rpy="{angles}"/>',
            "  </joint>",
        ]
    with written_whole(path) as temporary:
        temporary.write_text("\n".join([*lines, "</robot>"]) + "\n", encoding="utf-8")


def _placement(joint: Element, path: Path) -> Placement:
    names = []
    for tag in ("parent", "child"):
        link = joint.find(tag)
        name = None if link is None else link.get("link")
        if not name:
            raise FormatError(path, f"joint {joint.get('name')}", expected=f"<{tag} link=...>", found="none")
        names.append(name)
    place, (roll, pitch, yaw) = _numbers(joint, "xyz", path), _numbers(joint, "rpy", path)
    if max(abs(roll), abs(pitch), abs(yaw)) > 2 * np.pi:
        found = f"{roll:g} {pitch:g} {yaw:g}: are these degrees?"
        raise FormatError(path, f"joint {joint.get('name')}, rpy", expected="radians within a turn", found=found)
    rotation = rotation_from_euler("ZYX", (yaw, pitch, roll))
    return Placement(names[0], names[1], Transform(rotation, np.array(place)))


def _numbers(joint: Element, attribute: str, path: Path) -> list[float]:
    origin = joint.find("origin")
    # Both may be absent, by the specification: no shift, no turn.
    text = "0 0 0" if origin is None else origin.get(attribute, "0 0 0")
    try:
        numbers = [float(part) for part in text.split()]
    except ValueError:
        numbers = []
    if len(numbers) != 3 or not np.isfinite(numbers).all():
        raise FormatError(path, f"joint {joint.get('name')}, {attribute}", expected="3 numbers", found=repr(text))
    return numbers
