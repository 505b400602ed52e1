"""`sensorann compare`: labels against the truth, or several people's against each other."""

import math
from collections.abc import Mapping
from functools import partial
from typing import Annotated

from cyclopts import Parameter

from sensorann.cli.against_truth import print_truth, shown, truth_document
from sensorann.cli.agreement import (
    agreement_document,
    consensus_documents,
    gold_document,
    print_agreement,
    print_consensus,
    print_gold,
)
from sensorann.cli.label_formats import FromFormat
from sensorann.cli.labellings import addresses_of, read_labellings
from sensorann.cli.labels import read_labels
from sensorann.cli.output import AsJson, print_json
from sensorann.errors import UsageError
from sensorann.formats import open_drive
from sensorann.qa.errors import Grouping

THRESHOLD_NOT_MET = 3
TRUTH_METRICS = ("clear", "hota", "identity", "errors", "amota", "ap")
CHOICES = (*TRUTH_METRICS, "agreement", "gold")


def compare(
    truth: str,
    other: str,
    /,
    *more: str,
    metric: str | None = None,
    by: Grouping | None = None,
    drive: str | None = None,
    min_iou: float | None = None,
    minimum: Annotated[tuple[str, ...], Parameter(name="--min", negative="")] = (),
    consensus: str | None = None,
    quorum: int | None = None,
    weight: Annotated[tuple[str, ...], Parameter(negative="")] = (),
    hidden: int | None = None,
    seed: int = 0,
    from_format: FromFormat = None,
    as_json: AsJson = False,
) -> int:
    """Measure labels against the truth, or several people's labels against each other.

    Against the truth, ids may differ: clear, hota and identity pair boxes of one category by the overlap of their
    volumes, errors pair objects that overlap most over the whole drive. amota lets go of the least sure tracks, one
    recall after the other, by the attribute score; ap ranks boxes by it and ignores ids. Boxes at instants at which the
    truth has none are left out of all but errors, and counted.

    agreement takes nobody for the truth, and any number of people; it is what three or more are compared by. gold
    measures everybody by the first labelling: how many of its objects they find, and how many of theirs are right.
    For many drives at once, name folders of label files that are called alike, or stores.

    For example:

        sensorann compare truth.json complete.json
        sensorann compare truth.json complete.json --metric errors --by source
        sensorann compare truth.json tracks.json --metric ap --min-iou 0.7
        sensorann compare label_02/0000.txt tracks.json --drive kitti/training#0000 --min hota=0.8 --min mota=0.9
        sensorann compare anna.json ben.json cleo.json --by class --consensus merged.json
        sensorann compare anna.json ben.json cleo.json --consensus merged.json --weight anna=2
        sensorann compare anna/ ben/ --metric agreement --min f1=0.9
        sensorann compare gold.json anna.json ben.json --metric gold --hidden 20 --min recall=0.9

    Parameters
    ----------
    truth
        What is right, or the first person's labels: any format that `sensorann convert` reads, or STORE#DRIVE.
    other
        What is measured.
    more
        More people's labels.
    metric
        Any of clear, hota, identity, errors, amota, ap, with commas between them; or agreement; or gold. When not
        given: clear,hota,identity,errors of two, agreement of more or with --consensus.
    by
        Group errors and agreement by class, by range from the ego vehicle (needs --drive), or by source of the box. ap
        has a row per class anyway, and is grouped by range.
    drive
        The recording (ROOT or ROOT#NAME); KITTI and nuScenes labels need its calibration and poses.
    min_iou
        Least overlap of boxes that are the same: 0.5 when not given; for agreement, consensus and gold that is of
        vehicles, and 0.3 of others.
    minimum
        A figure over all categories and its least value, as hota=0.8; may be given several times. Of gold, everybody's
        recall or precision. Exit status 3 when one is not met.
    consensus
        Merge the labels and write them here, those of many drives into this folder or store; says which objects
        somebody should decide.
    quorum
        People who must have a box for the consensus to have it; more than half when not given.
    weight
        A person and what their voice in the consensus weighs, as anna=2; 1 when not given. May be given several times;
        the precision that --metric gold measures is a good one.
    hidden
        Draw so many gold objects, of every category its share, and ask for no others; all count when not given.
    seed
        Of that draw: another one hides other objects.
    from_format
        Format of all; recognised when not given.
    as_json
        Print the figures as JSON.
    """
    several = bool(more) or consensus is not None
    chosen = _metrics(metric or ("agreement" if several else "clear,hota,identity,errors"))
    least = dict(_named_number(text, option="--min", example="hota=0.8") for text in minimum)
    weights = dict(_named_number(text, option="--weight", example="anna=2") for text in weight)
    if weights and consensus is None:
        raise UsageError("--weight is of voices in a consensus: add --consensus OUT")
    if min_iou is not None and not 0.0 < min_iou <= 1.0:
        raise UsageError(f"--min-iou must be above 0 and at most 1, got {min_iou}")
    _check_together(chosen, several=several, consensus=consensus, quorum=quorum, hidden=hidden, by=by)
    if chosen <= set(TRUTH_METRICS):
        recording = None if drive is None else open_drive(drive)
        right, measured = (read_labels(name, drive=recording, format=from_format) for name in (truth, other))
        document, figures = truth_document(right, measured, chosen, by=by, recording=recording, min_iou=min_iou or 0.5)
        print_document = partial(print_truth, document, by)
    else:
        read = read_labellings((truth, other, *more), drive=drive, format=from_format)
        outs = () if consensus is None else addresses_of(read, consensus)
        if "gold" in chosen:
            document, figures = gold_document(read, hidden=hidden, seed=seed, min_iou=min_iou)
            print_document = partial(print_gold, document)
        else:
            document, figures = agreement_document(read, by=by, min_iou=min_iou)
            print_document = partial(print_agreement, document, by)
    missed = _not_met(figures, least)
    if consensus is not None:
        document["consensus"] = consensus_documents(read, outs, quorum=quorum, weights=weights, min_iou=min_iou)
    if as_json:
        print_json(document | {"not_met": missed})
        return THRESHOLD_NOT_MET if missed else 0
    print_document()
    if consensus is not None:
        print_consensus(document["consensus"])
    for name in missed:
        print(f"not met: {name} is {shown(figures[name])}, at least {least[name]:g} was asked for")
    return THRESHOLD_NOT_MET if missed else 0


def _check_together(
    chosen: set[str],
    *,
    several: bool,
    consensus: str | None,
    quorum: int | None,
    hidden: int | None,
    by: Grouping | None,
) -> None:
    """Refuse words that do not go together before anything is read."""
    if len(chosen) > 1 and chosen & {"agreement", "gold"}:
        raise UsageError(f"agreement and gold stand alone, got --metric {','.join(sorted(chosen))}")
    if several and not chosen & {"agreement", "gold"}:
        raise UsageError(f"{', '.join(sorted(chosen))} measure one labelling against the truth: name two")
    if by is not None and not (chosen & {"errors", "agreement"}) and not (by == "range" and "ap" in chosen):
        raise UsageError(f"--by groups errors, and ap by range: add errors to --metric, got {', '.join(chosen)!r}")
    if quorum is not None and consensus is None:
        raise UsageError("--quorum is of a consensus: add --consensus OUT")
    if hidden is not None and "gold" not in chosen:
        raise UsageError("--hidden draws gold objects: add --metric gold")
    if consensus is not None and "gold" in chosen:
        raise UsageError("--consensus takes nobody for the truth: leave out --metric gold")


def _metrics(text: str) -> set[str]:
    names = {name.strip() for name in text.split(",")}
    if unknown := names - set(CHOICES):
        raise UsageError(f"--metric takes {', '.join(CHOICES)}, got {', '.join(sorted(unknown))!r}")
    return names


def _named_number(text: str, *, option: str, example: str) -> tuple[str, float]:
    name, _, value = text.rpartition("=")
    try:
        number = float(value)
    except ValueError:
        number = math.nan
    if not name or math.isnan(number):
        raise UsageError(f"{option} takes a name and a number, as {example}, got {text!r}")
    return name, number


def _not_met(figures: Mapping[str, float], least: Mapping[str, float]) -> list[str]:
    """Names of the figures below their least value; NaN meets nothing."""
    for name in least:
        if name not in figures:
            raise UsageError(f"--min knows {', '.join(figures)}, got {name!r}")
    return [name for name, value in least.items() if not figures[name] >= value]
