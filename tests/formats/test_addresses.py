import pytest

from sensorann.formats.addresses import split_address


@pytest.mark.parametrize(
    ("address", "root", "name"),
    [
        ("absent", "absent", None),
        ("absent#0003", "absent", "0003"),
        ("absent#garage/7", "absent", "garage/7"),
        ("absent#odd#7", "absent#odd", "7"),
        ("take#2", "take#2", None),
        ("take#2#7", "take#2", "7"),
    ],
)
def test_the_last_sign_parts_root_and_name_unless_the_whole_is_a_path_that_exists(tmp_path, address, root, name):
    (tmp_path / "take#2").mkdir()
    assert split_address(tmp_path / address) == (tmp_path / root, name)
