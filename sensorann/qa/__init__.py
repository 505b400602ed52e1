"""Is this labelling good? Two labellings of one drive, measured against each other."""

from sensorann.qa.clear import Clear, clear
from sensorann.qa.comparison import METRICS, Comparison, Metric, compare
from sensorann.qa.errors import ErrorTable, error_table
from sensorann.qa.hota import Hota, hota
from sensorann.qa.identity import Identity, identity
from sensorann.qa.pairing import Pairing, pair_labels

__all__ = [
    "METRICS",
    "Clear",
    "Comparison",
    "ErrorTable",
    "Hota",
    "Identity",
    "Metric",
    "Pairing",
    "clear",
    "compare",
    "error_table",
    "hota",
    "identity",
    "pair_labels",
]
