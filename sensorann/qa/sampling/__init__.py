"""How much of a labelling a person has to look at, which part of it, and what that says about the rest."""

from sensorann.qa.sampling.deciding import ERROR_CODES, Assessment, Count, Look, assess
from sensorann.qa.sampling.drawing import stratified
from sensorann.qa.sampling.evidence import evidence_of, evidence_page
from sensorann.qa.sampling.intervals import (
    clopper_pearson,
    clustered_size,
    design_effect,
    finite_size,
    intraclass_correlation,
    zero_error_size,
)
from sensorann.qa.sampling.lots import STRATA, Item, Sample, Stratum, drawn, fingerprint, lot_of, sample_body, sample_of
from sensorann.qa.sampling.plans import Plan, SequentialPlan, SinglePlan, Verdict, smallest_plan

__all__ = [
    "ERROR_CODES",
    "STRATA",
    "Assessment",
    "Count",
    "Item",
    "Look",
    "Plan",
    "Sample",
    "SequentialPlan",
    "SinglePlan",
    "Stratum",
    "Verdict",
    "assess",
    "clopper_pearson",
    "clustered_size",
    "design_effect",
    "drawn",
    "evidence_of",
    "evidence_page",
    "fingerprint",
    "finite_size",
    "intraclass_correlation",
    "lot_of",
    "sample_body",
    "sample_of",
    "smallest_plan",
    "stratified",
    "zero_error_size",
]
