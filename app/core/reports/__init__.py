"""Test reports of every format, read as one stream of cases."""

from app.core.reports.at_once import ReadWhole, read_at_once
from app.core.reports.limits import Limits
from app.core.reports.reading import ReportReading, Totals, read_report

__all__ = ["Limits", "ReadWhole", "ReportReading", "Totals", "read_at_once", "read_report"]
