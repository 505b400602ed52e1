"""Is this labelling good? What is probably wrong with one, and two of one drive measured against each other."""

from sensorann.qa.checking import RULES, Edit, Finding, Rule, Severity, check, repaired
from sensorann.qa.clear import Clear, clear
from sensorann.qa.comparison import METRICS, PRECISION_FIGURES, Comparison, Metric, compare, precision_by_range
from sensorann.qa.errors import ErrorTable, error_table
from sensorann.qa.hota import Hota, hota
from sensorann.qa.identity import Identity, identity
from sensorann.qa.pairing import Pairing, pair_labels
from sensorann.qa.precision import Precision, precision

__all__ = [
    "METRICS",
    "PRECISION_FIGURES",
    "RULES",
    "Clear",
    "Comparison",
    "Edit",
    "ErrorTable",
    "Finding",
    "Hota",
    "Identity",
    "Metric",
    "Pairing",
    "Precision",
    "Rule",
    "Severity",
    "check",
    "clear",
    "compare",
    "error_table",
    "hota",
    "identity",
    "pair_labels",
    "precision",
    "precision_by_range",
    "repaired",
]
