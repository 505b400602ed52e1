import errno
import os
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import pytest

from sensorann.errors import ArgumentError, FormatError, MissingDataError
from sensorann.files import give_usual_mode, written_whole
from sensorann.formats.strict_json import read_json, write_json

SLOW_WRITER = """
import sys, time
from sensorann.files import written_whole
with written_whole(sys.argv[1]) as temporary, temporary.open("wb") as stream:
    print("writing", flush=True)
    while True:
        stream.write(b"new" * 1000)
        stream.flush()
        time.sleep(0.001)
"""


def test_a_killed_writer_leaves_the_old_file(tmp_path):
    path = tmp_path / "labels.json"
    path.write_text("old")
    with subprocess.Popen([sys.executable, "-c", SLOW_WRITER, str(path)], stdout=subprocess.PIPE) as writer:
        assert writer.stdout.readline() == b"writing\n"
        time.sleep(0.05)
        os.kill(writer.pid, signal.SIGKILL)
    assert writer.returncode == -signal.SIGKILL
    assert path.read_text() == "old"


def test_a_failing_writer_leaves_the_old_file_and_nothing_else(tmp_path):
    path = tmp_path / "labels.json"
    path.write_text("old")
    with pytest.raises(ValueError, match="Out of range float"):
        write_json(path, [1.0, float("nan")])
    assert path.read_text() == "old"
    assert list(tmp_path.iterdir()) == [path]


def test_a_link_stays_and_the_file_it_leads_to_is_written(tmp_path):
    target, link = tmp_path / "deep" / "labels.json", tmp_path / "link.json"
    link.symlink_to(target)
    for content in ([1], [2]):  # once into nothing, once over a file
        write_json(link, content)
        assert link.is_symlink()
        assert read_json(target) == content
    assert list(target.parent.iterdir()) == [target]


@pytest.mark.parametrize("kind", ["a folder", "no ordinary file"])
def test_what_is_no_file_is_never_replaced(tmp_path, kind):
    path, link = tmp_path / "out.json", tmp_path / "link.json"
    link.symlink_to(path)
    if kind == "a folder":
        path.mkdir()
    else:
        os.mkfifo(path)
    for named in (path, link):
        with pytest.raises(ArgumentError, match=rf"{named.name} is {kind}: name a file to write"):
            write_json(named, [])
    assert path.exists()
    assert not path.is_file()


def test_a_file_is_no_folder_to_write_into(tmp_path):
    (tmp_path / "a.json").write_text("[]")
    with pytest.raises(ArgumentError, match=r"a\.json is no folder, so b\.json cannot be written into it"):
        write_json(tmp_path / "a.json" / "b.json", [])


def test_errors_of_writing_name_the_file_that_was_asked_for(tmp_path):
    path = tmp_path / "labels.json"
    with pytest.raises(OSError, match=f"No space left on device: '{path}'"), written_whole(path):
        raise OSError(errno.ENOSPC, "No space left on device")
    with pytest.raises(PermissionError, match=f"'{path}'"), written_whole(path) as temporary:
        raise OSError(errno.EACCES, "Permission denied", str(temporary))
    with pytest.raises(FileNotFoundError, match="another"), written_whole(path):
        (tmp_path / "another").read_bytes()
    with pytest.raises(OSError, match=f"File name too long: '{tmp_path / ('long' * 70)}'"):
        write_json(tmp_path / ("long" * 70), [])
    assert list(tmp_path.iterdir()) == []


def test_a_written_file_has_the_mode_of_an_ordinary_one(tmp_path):
    (tmp_path / "ordinary").write_text("")
    with written_whole(tmp_path / "ours") as temporary:
        temporary.write_text("content")
    assert (tmp_path / "ours").stat().st_mode == (tmp_path / "ordinary").stat().st_mode
    assert (tmp_path / "ours").read_text() == "content"


def test_a_temporary_folder_gets_the_mode_of_an_ordinary_one(tmp_path):
    (tmp_path / "ordinary").mkdir()
    folder = Path(tempfile.mkdtemp(dir=tmp_path))
    assert folder.stat().st_mode != (tmp_path / "ordinary").stat().st_mode
    give_usual_mode(folder)
    assert folder.stat().st_mode == (tmp_path / "ordinary").stat().st_mode


@pytest.mark.parametrize(
    ("content", "where", "found"),
    [
        (b'{"a": NaN}', "a", "NaN"),
        (b'{"a": [1, {"b": {"c": [0, -Infinity]}}]}', "a[1].b.c[1]", "-Infinity"),
        (b'{"a": 1,\n "b" 2}', "line 2 column 6", r"found '2}' \(expecting ':' delimiter\)"),
        (b'{"a": "\xff"}', "byte 7", "other bytes"),
        (b"[" * 100_000, "", "deep nesting"),
        (b"", "line 1 column 1", "the end of the file"),
        (b'{"a": [1, ', "line 1 column 11", "found the end of the file"),
        (b'{"a": "b', "line 1 column 7", "found the end of the file"),
    ],
    ids=["nan", "infinity", "syntax", "not utf-8", "nested", "empty", "cut", "cut in a word"],
)
def test_damaged_json_names_its_place(tmp_path, content, where, found):
    path = tmp_path / "labels.json"
    path.write_bytes(content)
    with pytest.raises(FormatError, match=found) as caught:
        read_json(path)
    assert caught.value.where == where


def test_an_absent_file_and_a_directory_are_named(tmp_path):
    with pytest.raises(MissingDataError, match=r"nowhere\.json does not exist"):
        read_json(tmp_path / "nowhere.json")
    with pytest.raises(MissingDataError, match="is a directory"):
        read_json(tmp_path)
