"""Events, relations, tags and the ontology in OpenLABEL; both ways.

An event is an action (the standard's word for something that lasts), a tag of the drive is a tag, a tag of an instant
is a context of one frame, and the categories travel as extra members of the ontology that all elements refer to.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sensorann.errors import ArgumentError
from sensorann.formats.openlabel.node import Losses, Node
from sensorann.formats.openlabel.time import FrameClock, read_intervals
from sensorann.formats.openlabel.values import keys_of, read_values, typed_lists
from sensorann.scene import Category, Event, Motion, Ontology, Relation, Tag, unusual_variety, variety

ONTOLOGY = "0"
_ONTOLOGY_URI = "urn:sensorann:ontology"


def write_ontology(ontology: Ontology) -> dict[str, Any]:
    """Write the categories with motion, size and aliases; what is usual for a name is left out."""
    categories = [
        {
            "name": category.name,
            "motion": str(category.motion),
            "size": [float(edge) for edge in category.size],
            "aliases": {name: list(aliases) for name, aliases in category.aliases.items()},
        }
        | unusual_variety(category)
        for category in ontology.categories
    ]
    return {ONTOLOGY: {"uri": _ONTOLOGY_URI, "categories": categories}}


def read_ontology(root: Node) -> Ontology | None:
    """Read the categories that `write_ontology` wrote; None where the document has no such ontology."""
    for _, ontology in root.section("ontologies"):
        if isinstance(ontology.value, dict) and ontology.value.get("uri") == _ONTOLOGY_URI:
            with ontology.explaining("categories whose names and aliases differ"):
                return Ontology(tuple(map(read_category, ontology.require("categories").elements())))
    return None


def read_category(node: Node) -> Category:
    """Read one category of an ontology."""
    motion = node.require("motion")
    if motion.text() not in list(Motion):
        raise motion.refused(f"one of {', '.join(Motion)}")
    name = node.require("name").text()
    length, width, height = node.require("size").numbers(3)
    aliases = {kind: tuple(alias.text() for alias in names.elements()) for kind, names in node.section("aliases")}
    with node.explaining("a category"):
        return Category(
            name=name,
            motion=Motion(motion.text()),
            size=(length, width, height),
            aliases=aliases,
            **variety(name, _said(node)),
        )


def _said(node: Node) -> dict[str, Any]:
    found: dict[str, Any] = {}
    if (spread := node.get("spread")) is not None:
        found["spread"] = spread.numbers(3)
    if (share := node.get("share")) is not None:
        found["share"] = share.number()
    if (rules := node.get("rules")) is not None:
        found["rules"] = rules.mapping()
    return found


def write_events(events: tuple[Event, ...], frame_of: Mapping[int, int]) -> dict[str, dict[str, Any]]:
    """Write events as actions by key.

    Parameters
    ----------
    events : events
    frame_of : frame number of every instant
    """
    actions: dict[str, dict[str, Any]] = {}
    for key, event in zip(keys_of(event.id for event in events), events, strict=True):
        span = {"frame_start": frame_of[event.start_ns], "frame_end": frame_of[event.end_ns]}
        actions[key] = {
            "name": event.id,
            "type": event.category,
            "ontology_uid": ONTOLOGY,
            "frame_intervals": [span],
            "action_data": typed_lists(event.attributes),
        }
    return actions


def read_events(root: Node, clock: FrameClock, losses: Losses, *, ours: bool) -> tuple[Event, ...]:
    """Read actions and events: one for each interval of frames; those without a time are counted."""
    found: list[Event] = []
    for section in ("action", "event"):
        for key, node in root.section(f"{section}s"):
            data = node.get(f"{section}_data")
            attributes = read_values(data, losses) if data is not None else {}
            own_id = _own_id(key, node, ours=ours)
            spans = read_intervals(node) or ([(clock.numbers[0], clock.numbers[-1])] if clock.numbers else [])
            if not spans:
                losses.count(f"{section}s without frames")
            for i, (first, last) in enumerate(spans):
                start_ns, end_ns = clock.span_ns(first, last, node)
                event_id = own_id if i == 0 else f"{own_id}.{i}"
                category = node.require("type").text()
                found.append(
                    Event(id=event_id, category=category, start_ns=start_ns, end_ns=end_ns, attributes=attributes)
                )
    return tuple(found)


def _own_id(key: str, node: Node, *, ours: bool) -> str:
    """Tell the id of an element: in our documents its name, where its key can only stand for it."""
    return node.require("name").text() if ours else key


def write_relations(relations: tuple[Relation, ...], key_of: Mapping[str, str]) -> dict[str, dict[str, Any]]:
    """Write relations by key.

    Parameters
    ----------
    relations : relations
    key_of : key of every object by its id

    Raises
    ------
    ArgumentError
        When a relation speaks of an object that is not there.
    """
    written: dict[str, dict[str, Any]] = {}
    for key, relation in zip(keys_of(relation.id for relation in relations), relations, strict=True):
        for end in (relation.subject_id, relation.object_id):
            if end not in key_of:
                raise ArgumentError(f"relation {relation.id} speaks of object {end!r}, which these labels do not have")
        written[key] = {
            "name": relation.id,
            "type": relation.predicate,
            "ontology_uid": ONTOLOGY,
            "rdf_subjects": [{"type": "object", "uid": key_of[relation.subject_id]}],
            "rdf_objects": [{"type": "object", "uid": key_of[relation.object_id]}],
        }
    return written


def read_relations(root: Node, id_of: Mapping[str, str], losses: Losses, *, ours: bool) -> tuple[Relation, ...]:
    """Read relations between objects, one for each pair; those with actions, events or contexts are counted.

    Raises
    ------
    FormatError
        When a relation speaks of an element that the document does not have.
    """
    found: list[Relation] = []
    for key, node in root.section("relations"):
        ends = [_agents(node.require(name), root) for name in ("rdf_subjects", "rdf_objects")]
        if read_intervals(node):
            losses.count("relations' frame intervals (they hold for the whole drive now)")
        pairs = [(subject, other) for subject in ends[0] for other in ends[1]]
        own_id = _own_id(key, node, ours=ours)
        for i, (subject, other) in enumerate(pairs):
            if subject not in id_of or other not in id_of:
                losses.count("relations with something that is no object")
                continue
            found.append(
                Relation(
                    id=own_id if i == 0 else f"{own_id}.{i}",
                    predicate=node.require("type").text(),
                    subject_id=id_of[subject],
                    object_id=id_of[other],
                )
            )
    return tuple(found)


def _agents(node: Node, root: Node) -> list[str]:
    """Read the ends of a relation: keys of objects; what is no object comes as its kind and key."""
    agents: list[str] = []
    for agent in node.elements():
        kind, uid = agent.require("type").text(), agent.require("uid")
        section = root.get(f"{kind}s") if kind in ("object", "action", "event", "context") else None
        if section is None or uid.text() not in section.mapping():
            raise uid.refused(f"the key of an {kind} of this document")
        agents.append(uid.text() if kind == "object" else f"{kind} {uid.text()}")
    return agents


def write_tags(
    tags: tuple[Tag, ...], frame_of: Mapping[int, int]
) -> tuple[dict[str, dict[str, Any]], dict[str, dict[str, Any]]]:
    """Write tags of the drive as ``tags`` and tags of an instant as ``contexts``; keys number them all in order."""
    of_drive: dict[str, dict[str, Any]] = {}
    of_instants: dict[str, dict[str, Any]] = {}
    for number, tag in enumerate(tags):
        data = typed_lists({tag.name: tag.value})
        if tag.timestamp_ns is None:
            of_drive[str(number)] = {"type": tag.name, "ontology_uid": ONTOLOGY, "tag_data": data}
            continue
        frame = frame_of[tag.timestamp_ns]
        of_instants[str(number)] = {
            "name": tag.name,
            "type": tag.name,
            "ontology_uid": ONTOLOGY,
            "frame_intervals": [{"frame_start": frame, "frame_end": frame}],
            "context_data": data,
        }
    return of_drive, of_instants


def read_tags(root: Node, clock: FrameClock, losses: Losses, *, ours: bool) -> tuple[Tag, ...]:
    """Read tags and contexts: one `Tag` for each value, and for contexts of single frames one for each frame."""
    found: list[tuple[int, Tag]] = []
    for section in ("tag", "context"):
        for number, (key, node) in enumerate(root.section(f"{section}s")):
            values = _tag_values(node, section, losses)
            for instant in _instants(node, clock, losses) if section == "context" else [None]:
                order = int(key) if ours and key.isdecimal() else number
                found += [(order, Tag(name=name, value=value, timestamp_ns=instant)) for name, value in values]
    if ours:  # their keys number tags and contexts together, in the order that they had
        found.sort(key=lambda entry: entry[0])
    return tuple(tag for _, tag in found)


def _tag_values(node: Node, section: str, losses: Losses) -> list[tuple[str, Any]]:
    kind = node.require("type").text()
    data = node.get(f"{section}_data")
    if data is not None and isinstance(data.value, str):
        return [(kind, data.value)]
    values = read_values(data, losses) if data is not None else {}
    if not values:
        name = node.get("name")
        return [(kind, name.text() if name is not None and name.value not in ("", kind) else True)]
    plain = (kind, "boolean", "num", "text")  # a value that has no name of its own
    return [(kind if name in plain else f"{kind}.{name}", value) for name, value in values.items()]


def _instants(node: Node, clock: FrameClock, losses: Losses) -> list[int | None]:
    """Instants of the frames of a context; None alone where it holds throughout."""
    covered = clock.numbers_within(node)
    if covered is None or (len(covered) > 1 and covered == clock.numbers):
        return [None]
    if not covered:
        losses.count("contexts of frames that the document does not have")
    return [clock.timestamp_ns(number, node) for number in covered]
