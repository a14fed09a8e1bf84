"""Printed reports: Form 06a, 06b and the evaluation of a period, as workbooks and as pages.

They only read the warehouse, and say the same numbers as its tables.
"""

from warehouse.reports.writing import REPORT_KINDS, ReportKind, Written, write_last_reports, write_reports
from warehouse.settlement_form import Variant

__all__ = ["REPORT_KINDS", "ReportKind", "Variant", "Written", "write_last_reports", "write_reports"]
