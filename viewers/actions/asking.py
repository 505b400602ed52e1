"""Forms: what a person writes rather than points at, each with a title, some questions, and what the answers do."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping

from sensorann.errors import ArgumentError
from sensorann.scene import Attribute
from viewers.actions import objects, remarks, shaping
from viewers.actions.placing import selected_box
from viewers.session import Session
from viewers.state import Form, Question

_PLACE = ("x_m", "y_m", "z_m")
_SIZE = ("length_m", "width_m", "height_m")
_YES, _NO = "yes", "no"
# Below which a proposal is more often no object than one.
USUAL_CONFIDENCE = "0.5"


def answer(session: Session, answers: Mapping[str, str]) -> None:
    """Close the form and do what it is for.

    Raises
    ------
    SensorannError
        When an answer makes no sense; the form is then open again.
    """
    form, session.form = session.form, None
    if form is None:
        return
    try:
        form.done(session, answers)
    except Exception:
        session.form = form
        raise


def ask_numbers(session: Session) -> None:
    """Ask for place, size and heading of the selected box, see `selected_box` for errors."""
    _, cuboid = selected_box(session)
    numbers = dict(zip((*_PLACE, *_SIZE), (*cuboid.center, *cuboid.size), strict=True))
    numbers["yaw_deg"] = math.degrees(cuboid.yaw)
    questions = tuple(Question(name=name, answer=f"{value:.3f}") for name, value in numbers.items())

    def done(session: Session, answers: Mapping[str, str]) -> None:
        # What nobody changed keeps the digits that were not shown.
        changed = [asked.name for asked in questions if answers[asked.name] != asked.answer]
        typed = {name: _number(name, answers[name]) for name in changed}
        wanted = {**numbers, **typed}
        x, y, z = (wanted[name] for name in _PLACE)
        length, width, height = (wanted[name] for name in _SIZE)
        turned = math.radians(typed["yaw_deg"]) if "yaw_deg" in typed else None
        shaping.put(session, center=(x, y, z), size=(length, width, height), yaw=turned)

    _ask(session, "The box in numbers", questions, done)


def ask_category(session: Session) -> None:
    """Ask what the selected object is, or, with none selected, what the next ones will be."""
    names = tuple(category.name for category in session.labels.ontology.categories)
    known = session.labels.ontology[session.track.category].name if session.selected else session.category or ""

    def done(session: Session, answers: Mapping[str, str]) -> None:
        if session.selected:
            objects.set_category(session, answers["category"])
        else:
            session.category = session.labels.ontology[answers["category"]].name if answers["category"] else None

    title = "What the object is" if session.selected else "What the next objects are (empty: guessed)"
    _ask(session, title, (Question(name="category", answer=known, choices=names),), done)


def ask_attribute(session: Session) -> None:
    """Ask for an attribute of the selected object, or of its box in this frame alone."""
    about = session.track.id

    def done(session: Session, answers: Mapping[str, str]) -> None:
        name, value = _named(answers), attribute_value(answers["value"])
        if answers["this frame only"] == _YES:
            objects.set_box_attribute(session, name, value)
        else:
            objects.set_attribute(session, name, value)

    _ask(
        session,
        f"An attribute of {about} (without value: take it away)",
        (*_name_and_value(), _yes_no("this frame only")),
        done,
    )


def ask_tag(session: Session) -> None:
    """Ask for a tag of this frame or the whole drive."""

    def done(session: Session, answers: Mapping[str, str]) -> None:
        value, whole = attribute_value(answers["value"]), answers["whole drive"] == _YES
        remarks.tag(session, _named(answers), value, whole_drive=whole)

    _ask(session, "A tag (without value: take it away)", (*_name_and_value(), _yes_no("whole drive")), done)


def mark_event(session: Session) -> None:
    """Ask what begins here; where something has begun, it ends here."""
    if session.event_begun is not None:
        remarks.mark_event(session, session.event_begun[0])
        return

    def done(session: Session, answers: Mapping[str, str]) -> None:
        remarks.mark_event(session, _named(answers))

    _ask(session, "What begins at this frame", (Question(name="name"),), done)


def ask_comment(session: Session) -> None:
    """Ask what there is to say about the selected object."""
    about = session.track.id

    def done(session: Session, answers: Mapping[str, str]) -> None:
        if not answers["text"].strip():
            raise ArgumentError("a comment says something")
        remarks.comment(session, answers["text"].strip())

    _ask(session, f"A comment about {about}", (Question(name="text"),), done)


def ask_proposals(session: Session) -> None:
    """Ask which of the machine's objects to delete that no person touched."""

    def done(session: Session, answers: Mapping[str, str]) -> None:
        below = answers["confidence below"].strip()
        objects.delete_proposals(session, below=_number("confidence below", below) if below else None)

    title = "Delete what a machine proposed and nobody touched (empty: all of it)"
    _ask(session, title, (Question(name="confidence below", answer=USUAL_CONFIDENCE),), done)


def ask_filter(session: Session) -> None:
    """Ask which objects to show: those whose id, category or attributes hold every word."""

    def done(session: Session, answers: Mapping[str, str]) -> None:
        session.wanted_words = tuple(answers["words"].lower().split())

    _ask(
        session,
        "Show objects with all these words",
        (Question(name="words", answer=" ".join(session.wanted_words)),),
        done,
    )


def attribute_value(text: str) -> Attribute | None:
    """Read a value as it is meant: true and false, numbers, else text; None of nothing."""
    text = text.strip()
    if text.lower() in ("true", "false"):
        return text.lower() == "true"
    for kind in (int, float):
        try:
            return kind(text)
        except ValueError:
            continue
    return text or None


def _ask(
    session: Session,
    title: str,
    questions: tuple[Question, ...],
    done: Callable[[Session, Mapping[str, str]], None],
) -> None:
    session.form = Form(title=title, questions=questions, done=done)


def _number(name: str, text: str) -> float:
    try:
        return float(text)
    except ValueError:
        raise ArgumentError(f"{name} must be a number, got {text!r}") from None


def _named(answers: Mapping[str, str]) -> str:
    if not answers["name"].strip():
        raise ArgumentError("a name is needed")
    return answers["name"].strip()


def _name_and_value() -> tuple[Question, Question]:
    return Question(name="name"), Question(name="value")


def _yes_no(name: str) -> Question:
    return Question(name=name, answer=_NO, choices=(_NO, _YES))
