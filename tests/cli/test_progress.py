"""Bars of long commands, and the JSON of all."""

import json

import pytest

from sensorann.cli.output import print_json
from sensorann.cli.progress import counted, shown


def test_a_pipe_gets_the_items_and_no_bar(capsys):
    assert list(shown([3, 4, 5], "drawing")) == [3, 4, 5]
    assert capsys.readouterr().err == ""


def test_a_terminal_gets_a_bar_that_counts(monkeypatch, capsys):
    monkeypatch.setattr("sys.stderr.isatty", lambda: True)
    assert list(shown([3, 4, 5], "drawing")) == [3, 4, 5]
    written = capsys.readouterr().err
    assert "drawing" in written
    assert "3/3" in written


@pytest.mark.parametrize("terminal", [True, False])
def test_a_callback_may_be_told_any_count(monkeypatch, capsys, terminal):
    monkeypatch.setattr("sys.stderr.isatty", lambda: terminal)
    with counted("packing") as report:
        report(2, 9)
    assert ("2/9" in capsys.readouterr().err) == terminal


def test_json_takes_no_nan(capsys):
    with pytest.raises(ValueError, match="not JSON compliant"):
        print_json({"score": float("nan")})
    print_json({"score": 0.5})
    assert json.loads(capsys.readouterr().out) == {"score": 0.5}
