"""Times of OpenLABEL documents: which instant a frame of another program is."""

import copy

import pytest

from sensorann.errors import ArgumentError, FormatError
from tests.builders import START_NS, MemoryDrive
from tests.formats.openlabel_documents import make_document, read


@pytest.mark.parametrize(
    ("timestamp", "expected"),
    [
        (START_NS, START_NS),
        (str(START_NS), START_NS),
        (1_608_294_055.25, 1_608_294_055_250_000_000),
        ("1608294055.250000001", 1_608_294_055_250_000_001),
        ("2020-04-11 12:00:07", 1_586_606_407_000_000_000),
        ("2020-04-11T12:00:07.123456789Z", 1_586_606_407_123_456_789),
        ("2020-04-11T14:00:07+02:00", 1_586_606_407_000_000_000),
        ("1969-12-31 23:59:59.5", -500_000_000),
    ],
)
def test_timestamps_of_every_kind_become_nanoseconds(tmp_path, timestamp, expected):
    labels = read(tmp_path, make_document(timestamp=timestamp))
    assert labels.tracks[0].timestamps_ns.tolist() == [expected]


def test_frames_without_timestamps_need_the_drive(tmp_path):
    document = make_document(timestamp=None)
    with pytest.raises(ArgumentError, match=r"frame 0 has no frame_properties\.timestamp; give the drive"):
        read(tmp_path, document)
    assert read(tmp_path, document, MemoryDrive()).tracks[0].timestamps_ns.tolist() == [START_NS]


def test_a_frame_beyond_the_drive_is_refused(tmp_path):
    document = make_document(timestamp=None)
    frames = document["openlabel"]["frames"]
    frames["20"] = frames.pop("0")
    with pytest.raises(FormatError, match=r"frames\.20.*one of the drive's 20 frames, found frame 20"):
        read(tmp_path, document, MemoryDrive())


def test_a_frame_that_repeats_a_timestamp_is_left_out_and_counted(tmp_path, caplog):
    document = make_document()
    frames = document["openlabel"]["frames"]
    frames["1"] = copy.deepcopy(frames["0"])
    assert read(tmp_path, document).n_boxes == 1
    assert "left out 1 frames that repeat the timestamp" in caplog.text
