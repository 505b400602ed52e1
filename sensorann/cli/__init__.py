"""The command line: a table of commands, each imported only when it is chosen."""

import logging
import re
import sys
from collections.abc import Sequence
from importlib import import_module
from keyword import iskeyword

from cyclopts import App, CycloptsError, UnknownCommandError

from sensorann import __version__
from sensorann.cli.calibrate import CALIBRATE_COMMANDS
from sensorann.cli.store import STORE_COMMANDS
from sensorann.cli.store.sample import SAMPLE_COMMANDS
from sensorann.errors import SensorannError, UsageError

USAGE_ERROR = 2
INTERRUPTED = 130
# Commands that are tables of commands themselves.
GROUPS = {"calibrate": CALIBRATE_COMMANDS, "store": STORE_COMMANDS}
# Commands of a group that do something themselves and have commands of their own too, which are in another folder.
SUBGROUPS = {("store", "review"): (SAMPLE_COMMANDS, "sensorann.cli.store.sample")}
# What cyclopts says of a word that Python's int() does not take.
_CONVERSION = re.compile(r'unable to convert "([^"]*)" into int')

# Name and summary of every command; the command itself is the function of that name in the module of that name.
COMMANDS = (
    ("demo", "Run the whole pipeline on a simulated drive; ends with a report and pictures."),
    ("info", "Show sensors, frames, gaps and calibration of a drive, or list the drives of a root."),
    ("pack", "Make one immutable .drive.h5 file out of any drive."),
    ("convert", "Convert labels between OpenLABEL, KITTI and nuScenes."),
    ("fit", "Fit a cuboid to the object at a point, or in a 2D box on a picture."),
    ("prelabel", "Propose tracks for a drive that nobody has labelled."),
    ("prune", "Delete the proposals that are unlikely objects."),
    ("interpolate", "Fill tracks between their keyframes."),
    ("suggest", "Name the frames to correct next, and why."),
    ("track", "Join detections to tracks."),
    ("check", "Rank what is probably wrong with labels, and say why."),
    ("compare", "Measure labels against the truth, or several people's against each other."),
    ("store", "Keep labels in a store: nothing lost, everything answerable, several people at once."),
    ("calibrate", "Estimate where the sensors sit, and say what the targets cannot tell."),
    ("view", "Look at a drive and label it, in a window or a browser."),
    ("render", "Draw labels on camera pictures and in bird's-eye view."),
    ("doctor", "Show what is installed, what is missing, and how to get it."),
)


def _program(words: Sequence[str]) -> App:
    """Build the table of commands; the chosen one is described by its own docstring, which costs its import."""
    app = App(
        name="sensorann",
        help="Multi-sensor 3D and video annotation: people place keyframes, the engine fills the rest.",
        help_epilogue="Each command shows examples: sensorann COMMAND --help",
        version=__version__,
        suppress_keyboard_interrupt=False,
    )
    chosen, *rest = [*words, ""]
    functions = tuple(row for row in COMMANDS if row[0] not in GROUPS)
    _add_commands(app, functions, chosen, package="sensorann.cli")
    for name, rows in GROUPS.items():
        epilogue = f"Each command shows examples: sensorann {name} COMMAND --help"
        group = App(name=name, help=dict(COMMANDS)[name], help_epilogue=epilogue, version_flags=())
        words_left = rest if name == chosen else [""]
        plain = tuple(row for row in rows if (name, row[0]) not in SUBGROUPS)
        _add_commands(group, plain, words_left[0], package=f"sensorann.cli.{name}")
        for row in rows:
            if (name, row[0]) in SUBGROUPS:
                group.command(_subgroup(name, row, words_left[1:] if words_left[0] == row[0] else None))
        app.command(group)
    return app


def _subgroup(group: str, row: tuple[str, str], words: Sequence[str] | None) -> App:
    """Build a command with commands of its own; words are those after its name, None where it is not the chosen one."""
    name, summary = row
    rows, package = SUBGROUPS[group, name]
    app = App(name=name, help=summary if words is None else None, help_epilogue="", version_flags=())
    if words is not None:
        module = import_module(f"sensorann.cli.{group}.{name}")
        app.default(getattr(module, name))
    _add_commands(app, rows, words[0] if words else "", package=package)
    return app


def _add_commands(app: App, rows: Sequence[tuple[str, str]], chosen: str, *, package: str) -> None:
    for name, summary in rows:
        described = {} if name == chosen else {"help": summary}
        module = f"{name}_" if iskeyword(name) else name.replace("-", "_")
        app.command(f"{package}.{module}:{module}", name=name, help_epilogue="", **described)


def run(arguments: Sequence[str]) -> int:
    """Run one command and return the exit status: 0 done, 1 an error the user can act on, 2 wrong usage, 3 too bad."""
    logging.basicConfig(format="sensorann: %(levelname)s: %(message)s", level=logging.WARNING, stream=sys.stderr)
    try:
        app = _program(arguments)
        result = app(arguments, exit_on_error=False, print_error=False, result_action="return_value")
    except CycloptsError as error:
        print(f"sensorann: {_usage_message(error)}", file=sys.stderr)
        return USAGE_ERROR
    except UsageError as error:
        print(f"sensorann: {error}", file=sys.stderr)
        return USAGE_ERROR
    except SensorannError as error:
        print(f"sensorann: {error}", file=sys.stderr)
        return 1
    except BrokenPipeError:
        sys.stderr.close()  # the reader of our output has gone: nobody is left to tell
        return 1
    except OSError as error:
        message = f"{error.strerror}: {error.filename}" if error.strerror and error.filename else str(error)
        print(f"sensorann: {message}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("sensorann: interrupted", file=sys.stderr)
        return INTERRUPTED
    return result if isinstance(result, int) else 0


def _usage_message(error: CycloptsError) -> str:
    """Say in one line what is wrong with the words of the call, and where to look."""
    if isinstance(error, UnknownCommandError):
        # The text of cyclopts would import every command to look for a similar name.
        group = next(iter(error.command_chain or ()), "")
        names = ", ".join(name for name, _ in GROUPS.get(group, COMMANDS))
        return f"no command {' '.join(error.unused_tokens or ())!r}, there are: {names}"
    command = " ".join(["sensorann", *(error.command_chain or ())])
    text = _CONVERSION.sub(r'"\1" is no whole number', " ".join(str(error).split()))
    return f"{text} See: {command} --help"


def main() -> None:
    """Entry point of the `sensorann` program."""
    sys.exit(run(sys.argv[1:]))
