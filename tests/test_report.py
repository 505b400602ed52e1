"""The tables of the README are written between their marks."""

import pytest

from benchmarks import report

README = (
    "# x\n<!-- commands: begin (note) -->\nold\n<!-- commands: end -->\n"
    "<!-- benchmarks: begin (note) -->\nmeasured\n<!-- benchmarks: end -->\n"
)


@pytest.fixture
def readme(tmp_path, monkeypatch):
    path = tmp_path / "README.md"
    path.write_text(README)
    monkeypatch.setattr(report, "README", path)
    return path


def test_the_table_of_commands_is_written_without_measuring(readme, monkeypatch, capsys):
    monkeypatch.setattr("sys.argv", ["report", "--commands", "--write"])
    monkeypatch.setattr(report, "run_benchmarks", lambda: pytest.fail("measured"))
    report.main()
    assert readme.read_text() == README.replace("old", report.command_table())
    assert "sensorann doctor" in capsys.readouterr().out


def test_nothing_is_written_unasked(readme, monkeypatch):
    monkeypatch.setattr("sys.argv", ["report", "--commands"])
    report.main()
    assert readme.read_text() == README


def test_a_readme_without_marks_is_refused(readme):
    readme.write_text("# x\n")
    with pytest.raises(SystemExit, match="no marks for commands"):
        report.write({"commands": "t"}, readme)
