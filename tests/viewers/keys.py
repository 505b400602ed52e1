"""What a person presses and writes, without a window."""

from viewers.actions import asking
from viewers.keymap import read_keymap

KEYMAP = read_keymap()


def press(session, *keys: str) -> None:
    for key in keys:
        assert KEYMAP.press(session, key), f"{key} does nothing"
        session.finish()


def write(session, key: str, **answers: str) -> None:
    """Press a key that asks, and answer what is asked; the rest is left as it stands."""
    press(session, key)
    assert session.form is not None, session.message
    standing = {question.name: question.answer for question in session.form.questions}
    assert set(answers) <= set(standing)
    asking.answer(session, standing | answers)


def shown(session) -> list[str]:
    return [box.track.id for box in session.shown()]
