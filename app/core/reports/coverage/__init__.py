"""Coverage totals of the files that coverage tools write."""

from app.core.reports.coverage.reading import coverage_of, is_coverage, is_coverage_file
from app.core.reports.coverage.totals import Coverage

__all__ = ["Coverage", "coverage_of", "is_coverage", "is_coverage_file"]
