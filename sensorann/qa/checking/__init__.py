"""What is probably wrong in a labelling: one file per family of rules, one function per rule, and their driver."""

from sensorann.qa.checking.checking import RULES, Rule, check, chosen_rules
from sensorann.qa.checking.clashes import Clashes
from sensorann.qa.checking.finding import Edit, Finding, Severity
from sensorann.qa.checking.finding_files import Suggestion, finding_document, read_suggestions
from sensorann.qa.checking.mending import Mended, mend
from sensorann.qa.checking.repairing import looks_at_recording, repaired
from sensorann.qa.checking.states import repaired_objects, states
from sensorann.qa.checking.suggestions import suggestion_of

__all__ = [
    "RULES",
    "Clashes",
    "Edit",
    "Finding",
    "Mended",
    "Rule",
    "Severity",
    "Suggestion",
    "check",
    "chosen_rules",
    "finding_document",
    "looks_at_recording",
    "mend",
    "read_suggestions",
    "repaired",
    "repaired_objects",
    "states",
    "suggestion_of",
]
