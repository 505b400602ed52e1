"""Whether suggestions save keyframes, on human labels."""

import pytest

from benchmarks import suggestions

pytestmark = pytest.mark.real_data


def test_suggestions_need_fewer_keyframes_than_one_every_so_many_frames(real_data):
    cases = suggestions.cases_of(real_data)
    assert suggestions.needed(list(suggestions.suggested(cases))) < suggestions.needed(list(suggestions.every(cases)))
