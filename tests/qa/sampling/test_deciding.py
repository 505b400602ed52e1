import json
from dataclasses import replace

import numpy as np
import pytest

from sensorann.errors import ArgumentError
from sensorann.qa.sampling import (
    Item,
    Look,
    SequentialPlan,
    SinglePlan,
    assess,
    drawn,
    evidence_of,
    evidence_page,
    fingerprint,
    lot_of,
    sample_body,
    sample_of,
)
from sensorann.scene import Source
from tests.builders import MemoryDrive, make_labels, make_track


def lot(n=200, drives=10):
    return [
        Item(drive=f"d{i % drives}", object=str(i), kind="car" if i % 4 else "pedestrian", fingerprint=f"print {i}")
        for i in range(n)
    ]


def sampled(*, plan=None, n_drives=None, **options):
    plan = plan or SinglePlan(n=50, c=1)
    return drawn(lot(**options), plan, good=0.01, bad=0.05, by=["class"], n_drives=n_drives)


def looked(sample, n, wrong=()):
    """Looks at the first n objects of a sample; those of some numbers are wrong."""
    return {
        item.key: Look(errors=("flip",) if i in wrong else (), reviewer="carla", fingerprint=item.fingerprint)
        for i, item in enumerate(sample.items[:n])
    }


def now(sample, **changed):
    return {item.key: changed.get(item.object, item.fingerprint) for item in sample.items}


def test_objects_are_told_by_class_range_and_source():
    near, far = np.tile([5.0, 0.0, 1.0], (5, 1)), np.tile([50.0, 0.0, 1.0], (5, 1))
    labels = make_labels(
        make_track(id="1", category="Car", centers=near, frame="ego"),
        make_track(id="2", category="Cyclist", centers=far, frame="ego", source=Source.INTERPOLATED),
        make_track(id="3", n=0, frame="ego"),
        make_track(id="4", category="Car", centers=np.concatenate([far[:3], near[:2]]), frame="ego"),
        frame="ego",
    )
    kinds = [item.kind for item in lot_of("drive", labels, by=["source", "range", "class"])]
    assert kinds == ["car, 0-20 m, human", "cyclist, 40-60 m, interpolated", "car, 0-20 m, human"]
    assert {item.kind for item in lot_of("drive", labels)} == {"object"}


def test_ranges_in_the_world_need_poses():
    with pytest.raises(ArgumentError, match="ego poses"):
        lot_of("drive", make_labels(), by=["range"])
    assert lot_of("drive", make_labels(), by=["range"], recording=MemoryDrive())[0].kind == "0-20 m"


def test_a_fingerprint_follows_what_is_seen():
    track = make_track(attributes={"door": True})
    assert fingerprint(track) == fingerprint(replace(track, id="2", sources=np.full(5, 1, np.uint8)))
    others = [
        make_track(attributes={"door": False}),
        replace(track, category="Van"),
        make_track(attributes={"door": True}, size=(4.2, 1.8, 1.6)),
        track[:4],
    ]
    assert len({fingerprint(other) for other in [track, *others]}) == 5


def test_a_sample_survives_json():
    for plan in (SinglePlan(n=50, c=1), SequentialPlan(good=0.01, bad=0.05, n_max=60)):
        sample = sampled(plan=plan)
        assert sample_of(json.loads(json.dumps(sample_body(sample)))) == sample


def test_the_plan_decides():
    sample = sampled()
    assert assess(sample, {}, now(sample)).verdict == "continue"
    assert assess(sample, looked(sample, 49), now(sample)).verdict == "continue"
    assert assess(sample, looked(sample, 50, wrong=[3]), now(sample)).verdict == "accept"
    found = assess(sample, looked(sample, 20, wrong=[3, 5]), now(sample))
    assert (found.verdict, found.count.n, found.count.wrong, len(found.left)) == ("reject", 20, 2, 30)
    assert found.codes == {"flip": 2}
    assert sum(count.n for count in found.kinds.values()) == 20


def test_the_interval_is_narrower_for_a_lot_that_was_half_seen():
    sample = sampled(plan=SinglePlan(n=100, c=3))
    found = assess(sample, looked(sample, 100, wrong=range(0, 10, 5)), now(sample))
    assert found.count.low >= found.plain.low
    assert found.count.high < found.plain.high
    everything = sampled(plan=SinglePlan(n=200, c=3))
    count = assess(everything, looked(everything, 200, wrong=[0, 1]), now(everything)).count
    assert (count.low, count.high) == (0.01, 0.01)


def test_errors_of_one_drive_widen_the_interval_where_drives_were_drawn():
    options = {"n": 20_000, "drives": 40, "plan": SinglePlan(n=200, c=30)}
    sample = sampled(**options, n_drives=10)
    assert len({item.drive for item in sample.items}) == 10
    first = sample.items[0].drive
    bad = [i for i, item in enumerate(sample.items) if item.drive == first]
    together = assess(sample, looked(sample, 200, wrong=bad), now(sample))
    apart = assess(sample, looked(sample, 200, wrong=range(0, 200, 200 // len(bad))), now(sample))
    assert together.design_effect > 10
    assert apart.design_effect < 2
    assert together.count.high - together.count.low > 2 * (apart.count.high - apart.count.low)
    # Objects of all drives, drawn one by one, are as good as any.
    every = sampled(**options)
    found = assess(every, looked(every, 200, wrong=range(20)), now(every))
    assert found.count.high <= found.plain.high


def test_what_changed_since_it_was_right_is_not_counted():
    sample = sampled()
    looks = looked(sample, 50, wrong=[0])
    right, wrong = sample.items[1], sample.items[0]
    found = assess(sample, looks, now(sample, **{right.object: "new", wrong.object: "mended"}))
    assert found.stale == (right,)
    assert (found.verdict, found.count.n, found.count.wrong) == ("continue", 49, 1)


def test_an_empty_lot_is_refused():
    with pytest.raises(ArgumentError, match="no objects to look at"):
        drawn([], SinglePlan(n=1, c=0), good=0.01, bad=0.05)


@pytest.mark.parametrize("n_drives", [None, 12], ids=["objects", "drives first"])
def test_intervals_hold_what_they_promise(n_drives):
    """Sixty drives, each with its own share of wrong objects: the interval holds the share of the whole lot."""
    random, held, naive = np.random.default_rng(0), 0, 0
    n_trials = 80
    for trial in range(n_trials):
        shares = random.beta(0.5, 4.5, 60)
        items = lot(n=1200, drives=60)
        wrong = {item.key: bool(random.random() < shares[int(item.drive[1:])]) for item in items}
        sample = drawn(items, SinglePlan(n=200, c=60), good=0.01, bad=0.3, seed=trial, n_drives=n_drives)
        looks = {
            item.key: Look(errors=("size",) * wrong[item.key], reviewer="", fingerprint=item.fingerprint)
            for item in sample.items
        }
        found = assess(sample, looks, now(sample))
        truth = sum(wrong.values()) / len(items)
        held += found.count.low <= truth <= found.count.high
        naive += found.plain.low <= truth <= found.plain.high
    assert held / n_trials > 0.95 - 3 * np.sqrt(0.05 * 0.95 / n_trials)
    if n_drives is not None:
        assert naive < held


def evidence(*, context=None, looks=None, waiver=None):
    sample = sampled()
    looks = looked(sample, 50, wrong=[3]) if looks is None else looks
    found = assess(sample, looks, now(sample))
    return evidence_of("lot 1", sample, looks, found, context=context or {}, waiver=waiver)


def test_evidence_says_what_was_decided_and_by_what():
    document = evidence()
    assert json.loads(json.dumps(document)) == document
    assert (document["decision"], document["plan"]["n"], document["plan"]["c"]) == ("accept", 50, 1)
    # Of 200 objects 2 are wrong: the chance to draw both, and so to reject, is 50 / 200 * 49 / 199.
    assert document["acceptance_at_share"]["0.01"] == pytest.approx(1 - 50 / 200 * 49 / 199)
    assert (len(document["objects"]), document["error_codes"], document["reviewers"]) == (50, {"flip": 1}, ["carla"])


def test_a_waiver_is_named_and_only_where_it_is_needed():
    sample = sampled()
    waiver = {"by": "dora", "reason": "only for a demo"}
    bad = evidence(looks=looked(sample, 20, wrong=[1, 2]), waiver=waiver)
    assert (bad["decision"], bad["verdict_of_the_plan"], bad["waiver"]) == ("waived", "reject", waiver)
    assert "Waived by dora: only for a demo" in evidence_page(bad)
    assert evidence(waiver=waiver)["waiver"] is None


def test_the_page_opens_in_a_browser_and_asks_nobody_for_anything(browser, tmp_path):
    page = tmp_path / "evidence.html"
    page.write_text(evidence_page(evidence()), encoding="utf-8")
    browser.open(page)
    assert browser.run("return document.querySelector('.verdict').textContent") == "accept"
    rows = browser.run("return [...document.querySelectorAll('td')].map(cell => cell.textContent)")
    assert {"objects to look at (n)", "50", "car", "pedestrian", "flip", "carla"} <= set(rows)
    assert browser.asked_for() == [page.as_uri()]
    assert browser.complaints() == []


def test_every_text_on_the_page_is_escaped():
    hostile = "<script>alert(1)</script>"
    item = Item(drive=hostile, object=hostile, kind=hostile, fingerprint="x")
    sample = drawn([item], SinglePlan(n=1, c=0), good=0.01, bad=0.05)
    looks = {item.key: Look(errors=(hostile,), reviewer=hostile, fingerprint="x", note=hostile)}
    found = assess(sample, looks, {item.key: "y"})
    context = {"store": hostile, "decided_by": hostile, "attached": {hostile: {"sha256": hostile}}}
    document = evidence_of(hostile, sample, looks, found, context=context, waiver={"by": hostile, "reason": hostile})
    page = evidence_page(document)
    assert "<script" not in page
    assert page.count("&lt;script&gt;") >= 10
    assert "http" not in page  # nothing is fetched
