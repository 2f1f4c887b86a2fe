"""What a report may cost us: every limit named, with its unit."""

from dataclasses import dataclass

KB = 1024  # bytes
MB = 1024 * KB


@dataclass(frozen=True, slots=True)
class Limits:
    """The bounds within which a report or an archive is read; the settings they have are named."""

    max_bytes: int = 1024 * MB  # REPORT_MAX_MB, of one report, unpacked
    max_cases: int = 2_000_000  # REPORT_MAX_CASES, executions listed in one report
    max_depth: int = 10_000  # REPORT_MAX_DEPTH, elements inside one another; real ones: below 50
    max_name: int = 100_000  # characters of one name; longer ones are cut, as an ellipsis shows
    max_text: int = 16 * KB  # bytes kept of a message, trace or output
    max_token: int = 8 * MB  # REPORT_MAX_TAG_MB, bytes of one XML tag, or of one line of text
    max_item: int = 64 * MB  # REPORT_MAX_VALUE_MB, bytes of one JSON value read as a whole
    max_held: int = 44 * MB  # estimate of what is held before a report is read twice instead
    max_waiting: int = 24 * MB  # texts of repeated failing cases that wait for their last element
    max_warnings: int = 20  # sentences kept of one report

    max_entries: int = 20_000  # ARCHIVE_MAX_FILES, members of one archive
    max_archive_bytes: int = 4096 * MB  # ARCHIVE_MAX_MB, all members together, unpacked
    max_ratio: int = 200  # ARCHIVE_MAX_RATIO, unpacked bytes for a packed one, beyond 1 MB
    max_nested: int = 10  # ARCHIVE_MAX_NESTED, archives inside an archive; none inside those


DEFAULTS = Limits()
