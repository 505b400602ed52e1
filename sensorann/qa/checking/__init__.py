"""What is probably wrong in a labelling: one file per family of rules, one function per rule, and their driver."""

from sensorann.qa.checking.checking import RULES, Rule, check, chosen_rules
from sensorann.qa.checking.finding import Edit, Finding, Severity
from sensorann.qa.checking.finding_files import Suggestion, finding_document, read_suggestions
from sensorann.qa.checking.mending import Mended, mend
from sensorann.qa.checking.repairing import repaired

__all__ = [
    "RULES",
    "Edit",
    "Finding",
    "Mended",
    "Rule",
    "Severity",
    "Suggestion",
    "check",
    "chosen_rules",
    "finding_document",
    "mend",
    "read_suggestions",
    "repaired",
]
