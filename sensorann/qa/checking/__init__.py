"""What is probably wrong in a labelling: one file per family of rules, one function per rule, and their driver."""

from sensorann.qa.checking.checking import RULES, Rule, check
from sensorann.qa.checking.finding import Edit, Finding, Severity
from sensorann.qa.checking.repairing import repaired

__all__ = ["RULES", "Edit", "Finding", "Rule", "Severity", "check", "repaired"]
