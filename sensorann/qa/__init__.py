"""Is this labelling good? What is probably wrong with one, and two of one drive measured against each other."""

from sensorann.qa.agreement import (
    EVENT_OVERLAPS,
    Agreement,
    Consensus,
    Dispute,
    Figure,
    Share,
    Skill,
    consensus,
    drawn_gold,
    event_agreement,
    gold_skills,
    krippendorff_alpha,
    measure_agreement,
)
from sensorann.qa.checking import RULES, Edit, Finding, Rule, Severity, check, repaired
from sensorann.qa.clear import Clear, clear
from sensorann.qa.comparison import METRICS, PRECISION_FIGURES, Comparison, Metric, compare, precision_by_range
from sensorann.qa.errors import ErrorTable, error_table
from sensorann.qa.hota import Hota, hota
from sensorann.qa.identity import Identity, identity
from sensorann.qa.pairing import Pairing, pair_labels
from sensorann.qa.precision import Precision, precision

__all__ = [
    "EVENT_OVERLAPS",
    "METRICS",
    "PRECISION_FIGURES",
    "RULES",
    "Agreement",
    "Clear",
    "Comparison",
    "Consensus",
    "Dispute",
    "Edit",
    "ErrorTable",
    "Figure",
    "Finding",
    "Hota",
    "Identity",
    "Metric",
    "Pairing",
    "Precision",
    "Rule",
    "Severity",
    "Share",
    "Skill",
    "check",
    "clear",
    "compare",
    "consensus",
    "drawn_gold",
    "error_table",
    "event_agreement",
    "gold_skills",
    "hota",
    "identity",
    "krippendorff_alpha",
    "measure_agreement",
    "pair_labels",
    "precision",
    "precision_by_range",
    "repaired",
]
