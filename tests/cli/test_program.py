import subprocess
import sys

import pytest

from sensorann import cli
from sensorann.errors import FormatError


def run_program(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, "-m", "sensorann", *arguments], capture_output=True, text=True, check=False)


def printed_without(heavy: set[str], code: str) -> str:
    """What code prints in a process of its own that must not import any of some modules."""
    check = f"import sys; heavy = {heavy} & set(sys.modules); sys.exit(f'imported {{heavy}}' if heavy else 0)"
    result = subprocess.run([sys.executable, "-c", f"{code}; {check}"], capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stderr
    return result.stdout


def test_help_names_every_command_and_imports_nothing_heavy():
    heavy = {"numpy", "numba", "cv2", "h5py", "scipy"}
    printed = printed_without(heavy, "from sensorann.cli import run; run(['--help'])")
    for name, _ in cli.COMMANDS:
        assert name in printed


def test_a_calibration_does_not_wait_for_quality_and_store():
    heavy = {"sensorann.qa", "sensorann.store", "sqlalchemy"}
    printed_without(heavy, "import sensorann.cli.calibrate.camera_lidar")


def every_command() -> list[str]:
    """Names of all commands, those of groups after their group's."""
    alone = [name for name, _ in cli.COMMANDS if name not in cli.GROUPS]
    grouped = [f"{group} {name}" for group, rows in cli.GROUPS.items() for name, _ in rows]
    inner = [f"{' '.join(words)} {name}" for words, (rows, _) in cli.SUBGROUPS.items() for name, _ in rows]
    return alone + grouped + inner


@pytest.mark.parametrize("name", every_command())
def test_every_command_helps_with_an_example(name, capsys):
    assert cli.run([*name.split(), "--help"]) == 0
    _, example, after = " ".join(capsys.readouterr().out.split()).partition("For example:")
    assert example
    assert f"sensorann {name} " in after


def test_unknown_command_is_wrong_usage():
    result = run_program("frobnicate")
    assert result.returncode == 2
    assert "no command 'frobnicate'" in result.stderr
    assert "interpolate" in result.stderr


def test_missing_argument_is_wrong_usage_in_one_line(capsys):
    assert cli.run(["info"]) == 2
    message = capsys.readouterr().err.strip()
    assert "\n" not in message
    assert "sensorann info --help" in message


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["fit", "x", "--at", "foo", "--point", "1,2,3"], 'Invalid value for --at: "foo" is no whole number.'),
        (["info", "x", "--samples", "many"], 'Invalid value for --samples: "many" is no whole number.'),
        (["info", "x", "--samples", "-1"], 'Invalid value "-1" for --samples. Must be >= 0.'),
        (["demo", "--seed", "-1"], 'Invalid value "-1" for --seed. Must be >= 0.'),
    ],
)
def test_numbers_out_of_place_are_wrong_usage_in_the_words_of_the_options(arguments, message, capsys):
    assert cli.run(arguments) == 2
    assert capsys.readouterr().err.startswith(f"sensorann: {message} See: sensorann {arguments[0]} --help")


def test_missing_drive_is_an_error_in_one_line(tmp_path, capsys):
    assert cli.run(["info", str(tmp_path / "nowhere")]) == 1
    assert capsys.readouterr().err.strip() == f"sensorann: {tmp_path / 'nowhere'} does not exist"


@pytest.mark.parametrize(
    ("error", "message"),
    [
        (OSError(28, "No space left on device", "out.json"), "sensorann: No space left on device: out.json"),
        (OSError("unable to lock"), "sensorann: unable to lock"),
        (OSError(5, "Input/output error"), "sensorann: [Errno 5] Input/output error"),
    ],
    ids=["file", "text alone", "no file"],
)
def test_an_error_of_the_system_names_a_file_only_where_there_is_one(error, message, capsys, monkeypatch):
    def failing(*_arguments, **_options):
        raise error

    monkeypatch.setattr(cli, "_program", lambda _chosen: failing)
    assert cli.run(["info"]) == 1
    assert capsys.readouterr().err.strip() == message


def test_format_error_survives_a_process_border():
    import pickle

    error = pickle.loads(pickle.dumps(FormatError("a.pcd", "line 3", expected="POINTS", found="nothing")))
    assert str(error) == "a.pcd, line 3: expected POINTS, found nothing"
    assert error.where == "line 3"


def test_readme_lists_the_commands():
    from benchmarks.report import REPOSITORY, command_table

    assert command_table() in (REPOSITORY / "README.md").read_text()
