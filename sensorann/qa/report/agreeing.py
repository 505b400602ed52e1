"""How the checked labels and other labellings of the drive agree, as matrices of a report."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import combinations

import numpy as np

from sensorann.qa.agreement import measure_agreement
from sensorann.qa.agreement.gathering import Gathered, gather
from sensorann.qa.report.tables import Matrix
from sensorann.scene import Drive, Labels

_NOBODY = "none"


def agreement_matrices(labellings: Mapping[str, Labels], *, drive: Drive | None = None) -> list[Matrix]:
    """Find the objects that labellings share: how many of their boxes agree, and what they call each object.

    Parameters
    ----------
    labellings : two or more by the name of who made them, in one frame
    drive : their recording

    Raises
    ------
    ArgumentError
        When there is one labelling, or they share no instant.
    """
    names = tuple(labellings)
    pairs = measure_agreement([labellings], recordings=[drive]).pairs
    shares = {frozenset(both): figures["f1"].value for both, figures in pairs.items()}
    boxes = Matrix(
        title="Boxes that both have (F1)",
        rows=names,
        columns=names,
        values=tuple(
            tuple(1.0 if one == other else round(shares[frozenset((one, other))], 3) for other in names)
            for one in names
        ),
    )
    objects = gather(labellings, drive=drive)
    return [boxes, *(_of_categories(objects, a, b) for a, b in combinations(range(len(names)), 2))]


def _of_categories(objects: Gathered, a: int, b: int) -> Matrix:
    """Count objects by what one calls them and what the other calls them."""
    said = np.full((2, objects.n_objects), _NOBODY, dtype=object)
    for side, owner in enumerate((a, b)):
        mine = objects.owners == owner
        said[side, objects.clusters[mine]] = objects.categories[mine]
    words = [str(word) for word in sorted({*said.ravel()} - {_NOBODY})] + [_NOBODY]
    values = tuple(
        tuple(
            float(((said[0] == row) & (said[1] == column)).sum()) if (row, column) != (_NOBODY, _NOBODY) else 0.0
            for column in words
        )
        for row in words
    )
    title = f"What {objects.names[a]} (rows) and {objects.names[b]} (columns) call each object"
    return Matrix(title=title, rows=tuple(words), columns=tuple(words), values=values)
