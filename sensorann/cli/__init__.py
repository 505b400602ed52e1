"""The command line: a table of commands, each imported only when it is chosen."""

import logging
import sys
from collections.abc import Sequence

from cyclopts import App, CycloptsError

from sensorann import __version__
from sensorann.errors import SensorannError

USAGE_ERROR = 2
INTERRUPTED = 130

app = App(
    name="sensorann",
    help="Multi-sensor 3D and video annotation: people place keyframes, the engine fills the rest.",
    help_epilogue="Each command shows examples: sensorann COMMAND --help",
    version=__version__,
    suppress_keyboard_interrupt=False,
)
app.command("sensorann.cli.demo:demo", name="demo", help="Run the whole pipeline on a simulated drive.")
app.command("sensorann.cli.info:info", name="info", help="Show sensors, frames, gaps and calibration of a drive.")
app.command("sensorann.cli.pack:pack", name="pack", help="Make one immutable file out of any drive.")
app.command("sensorann.cli.convert:convert", name="convert", help="Convert labels between formats.")
app.command("sensorann.cli.fit:fit", name="fit", help="Fit a cuboid to the object at a point.")
app.command("sensorann.cli.interpolate:interpolate", name="interpolate", help="Fill tracks between keyframes.")
app.command("sensorann.cli.render:render", name="render", help="Draw labels on pictures and in bird's-eye view.")
app.command(
    "sensorann.cli.doctor:doctor", name="doctor", help="Show what is installed, what is missing, how to get it."
)


def run(arguments: Sequence[str]) -> int:
    """Run one command and return the exit status: 0 done, 1 an error the user can act on, 2 wrong usage."""
    logging.basicConfig(format="sensorann: %(levelname)s: %(message)s", level=logging.WARNING, stream=sys.stderr)
    try:
        result = app(arguments, exit_on_error=False, result_action="return_value")
    except CycloptsError:
        return USAGE_ERROR  # cyclopts has shown what is wrong and how the command is used
    except SensorannError as error:
        print(f"sensorann: {error}", file=sys.stderr)
        return 1
    except BrokenPipeError:
        sys.stderr.close()  # the reader of our output has gone: nobody is left to tell
        return 1
    except OSError as error:
        print(f"sensorann: {error.strerror or error}: {error.filename or 'unknown file'}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("sensorann: interrupted", file=sys.stderr)
        return INTERRUPTED
    return result if isinstance(result, int) else 0


def main() -> None:
    """Entry point of the `sensorann` program."""
    sys.exit(run(sys.argv[1:]))
