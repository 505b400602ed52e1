"""The findings of a check as one page that needs nothing but a browser."""

from sensorann.qa.report.agreeing import agreement_matrices
from sensorann.qa.report.page import write_report
from sensorann.qa.report.tables import Matrix, Table

__all__ = ["Matrix", "Table", "agreement_matrices", "write_report"]
