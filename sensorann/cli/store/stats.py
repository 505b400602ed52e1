"""`sensorann store stats`: what work a labelling took."""

from dataclasses import asdict
from pathlib import Path

from rich.console import Console
from rich.table import Table

import sensorann as sa
from sensorann.cli.labels import drive_address
from sensorann.cli.output import AsJson, print_json
from sensorann.images.bars import draw_bars
from sensorann.store.statistics import Statistics, statistics

_SHOWN = 20


def stats(store: str, /, *, picture: Path | None = None, as_json: AsJson = False) -> None:
    """Count boxes by source, actions and seconds per object and per person, and how often review led to rework.

    Seconds are those that the viewer measured; where it did not, the time since the person's last action, pauses cut.

    For example:

        sensorann store stats labels.db#0000
        sensorann store stats labels.db#0000 --picture stats.png

    Parameters
    ----------
    store
        STORE#DRIVE.
    picture
        Draw it too, as .png, .svg or .pdf; needs sensorann[report].
    as_json
        Print JSON instead of tables.
    """
    place, drive = drive_address(store)
    with sa.open_store(place) as opened:
        found = statistics(opened, drive)
    if picture is not None:
        draw_bars(
            picture,
            {
                "boxes by source": dict(found.boxes),
                "seconds by person": {name: effort.seconds for name, effort in found.people.items()},
                "actions by object": dict(_busiest(found)),
            },
        )
    if as_json:
        print_json(asdict(found))
        return
    console = Console()
    console.print(_table("source", "boxes", [(name, str(n)) for name, n in found.boxes.items()]))
    for title, efforts in (("person", found.people), ("object", dict(list(found.objects.items())[:_SHOWN]))):
        table = Table(title, "actions", "seconds", box=None)
        for name, effort in efforts.items():
            table.add_row(name, str(effort.actions), f"{effort.seconds:.1f}")
        console.print(table)
    print(f"keyframe share {_percent(found.keyframe_share)}, rework rate {_percent(found.rework_rate)}")


def _busiest(found: Statistics) -> list[tuple[str, float]]:
    """Objects that took most actions, the busiest first."""
    ordered = sorted(found.objects.items(), key=lambda item: -item[1].actions)
    return [(name, effort.actions) for name, effort in ordered[:_SHOWN]]


def _table(first: str, second: str, rows: list[tuple[str, str]]) -> Table:
    table = Table(first, second, box=None)
    for row in rows:
        table.add_row(*row)
    return table


def _percent(share: float | None) -> str:
    return "unknown" if share is None else f"{share:.1%}"
