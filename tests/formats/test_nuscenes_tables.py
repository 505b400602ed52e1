import json
import tracemalloc

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sensorann.errors import FormatError, MissingDataError
from sensorann.formats.nuscenes import tables as nuscenes_tables
from sensorann.formats.nuscenes.tables import read_table, stream_rows

values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(10**6), 10**6)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)
rows_of_anything = st.lists(st.dictionaries(st.text(), values, max_size=4), max_size=6)


@given(rows=rows_of_anything, indent=st.sampled_from([None, 0, 2]), chunk=st.integers(1, 40), ascii_only=st.booleans())
def test_streamed_rows_are_those_of_the_whole_file_wherever_it_is_cut(
    tmp_path_factory, rows, indent, chunk, ascii_only
):
    path = tmp_path_factory.mktemp("table") / "rows.json"
    path.write_text(json.dumps(rows, indent=indent, ensure_ascii=ascii_only), encoding="utf-8", errors="surrogatepass")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(nuscenes_tables, "_CHUNK_CHARACTERS", chunk)
        try:
            path.read_text(encoding="utf-8")
        except UnicodeDecodeError:
            with pytest.raises(FormatError, match="UTF-8"):
                list(stream_rows(path))
        else:
            assert list(stream_rows(path)) == rows


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "expected a JSON list of rows, found 'nothing'"),
        ("{}", "expected a JSON list of rows"),
        ("[", "row 0: expected JSON"),
        ('[{"token": "a"}', "after row 0: expected ',' or '\\]', found 'the end'"),
        ('[{"token": "a"},]', "row 1: expected JSON"),
        ('[{"token": "a"} {"token": "b"}]', "after row 0"),
        ('[{"token": "a"}] x', "after the list"),
        ('[{"token": "a", "t": ', "row 0: expected JSON, found the end of the file"),
        ('[{"token": NaN}]', "row 0: expected JSON numbers, found NaN"),
        ('[{"token": "a"}, 7]', "row 1: expected an object with named fields, found 7"),
        ('[{"a":' * 200_000, "very deep nesting"),
    ],
    ids=["empty", "object", "open", "no end", "comma", "no comma", "tail", "cut", "NaN", "number", "deep"],
)
def test_what_is_no_table_is_refused(tmp_path, text, message):
    path = tmp_path / "rows.json"
    path.write_text(text)
    with pytest.raises(FormatError, match=message):
        list(stream_rows(path))


def test_bytes_that_are_no_text_are_refused(tmp_path):
    (tmp_path / "rows.json").write_bytes(b'[{"token": "\xff\xfe"}]')
    with pytest.raises(FormatError, match="UTF-8"):
        list(stream_rows(tmp_path / "rows.json"))


def test_a_missing_table_is_named(tmp_path):
    with pytest.raises(MissingDataError, match=r"sample\.json"):
        read_table(tmp_path, "sample")


@pytest.mark.parametrize("row", [{}, {"token": 7}, {"token": None}], ids=["none", "number", "null"])
def test_a_row_without_a_token_is_refused(tmp_path, row):
    (tmp_path / "sample.json").write_text(json.dumps([row]))
    with pytest.raises(FormatError, match="field token: expected text"):
        read_table(tmp_path, "sample")


def test_a_large_table_is_never_held_whole(tmp_path):
    rows = [{"token": f"{i:032x}", "filler": "x" * 400} for i in range(20_000)]
    path = tmp_path / "sample_data.json"
    path.write_text(json.dumps(rows))
    del rows
    tracemalloc.start()
    n_rows = sum(1 for _ in stream_rows(path))
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert n_rows == 20_000
    assert peak < path.stat().st_size / 2
