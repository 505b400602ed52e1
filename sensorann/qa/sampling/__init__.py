"""How much of a labelling a person has to look at, which part of it, and what that says about the rest."""

from sensorann.qa.sampling.drawing import stratified
from sensorann.qa.sampling.intervals import (
    clopper_pearson,
    design_effect,
    finite_size,
    intraclass_correlation,
    zero_error_size,
)
from sensorann.qa.sampling.plans import Plan, SequentialPlan, SinglePlan, Verdict, smallest_plan

__all__ = [
    "Plan",
    "SequentialPlan",
    "SinglePlan",
    "Verdict",
    "clopper_pearson",
    "design_effect",
    "finite_size",
    "intraclass_correlation",
    "smallest_plan",
    "stratified",
    "zero_error_size",
]
