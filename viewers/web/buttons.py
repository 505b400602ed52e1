"""Commands that have a button in the panel, in groups; all of them are in the page's own list too."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from types import MappingProxyType

import viser

from viewers.commands import Command
from viewers.keymap import perform
from viewers.web.inbox import Post

EVERY_DAY: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "go": ("first_frame", "leap_back", "previous_frame", "next_frame", "leap_forward", "last_frame", "play"),
        "create": ("one_click", "three_clicks", "let_go"),
        "edits": ("undo", "redo", "reload"),
        "object": ("interpolate", "interpolate_all", "jump", "extend", "key", "delete_box", "delete_object"),
        "box": ("snap", "snap_size", "snap_all", "to_ground", "flip", "quarter_turn", "up", "down"),
    }
)
SELDOM: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "show": ("hide", "isolate", "show_all", "paths", "larger_points", "smaller_points"),
        "points": ("coloring", "merge_sweeps", "point_filter", "rings", "halo", "radar", "names", "sources", "world"),
        "say": ("attribute", "tag", "event", "filter", "lock", "measure"),
        "look": ("usual_view", "top_view", "side_view", "front_view"),
        "program": ("help", "leave"),
        "ids": ("merge", "split", "relink", "delete_from_here", "delete_proposals"),
    }
)
REVIEW: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "verdict": ("accept", "reject", "next_assigned", "previous_assigned"),
        "findings": ("check", "next_finding", "previous_finding", "mend", "dismiss"),
    }
)


def add_buttons(
    gui: viser.GuiApi, groups: Mapping[str, tuple[str, ...]], commands: Mapping[str, Command], post: Post
) -> None:
    """Add a row of buttons for each group; a button bears the name of its command."""
    for label, names in groups.items():
        _add_group(gui, label, {name.replace("_", " "): commands[name] for name in names}, post)


def _add_group(gui: viser.GuiApi, label: str, commands: Mapping[str, Command], post: Post) -> None:
    hint = "; ".join(f"{name}: {command.text}" for name, command in commands.items())
    group = gui.add_button_group(label, tuple(commands), hint=hint)

    @group.on_click
    async def _(event: viser.GuiEvent[viser.GuiButtonGroupHandle]) -> None:
        post(partial(perform, command=commands[event.target.value]))
