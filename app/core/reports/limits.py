"""What a report may cost us: every limit named, with its unit."""

from dataclasses import dataclass

KB = 1024  # bytes
MB = 1024 * KB


@dataclass(frozen=True, slots=True)
class Limits:
    """The bounds within which a report or an archive of reports is read; all can be set."""

    max_bytes: int = 1024 * MB  # of one report, unpacked
    max_cases: int = 2_000_000  # executions listed in one report
    max_depth: int = 10_000  # elements inside one another; real reports stay below 50
    max_name: int = 100_000  # characters of one name; longer ones are cut, and it is said
    max_text: int = 16 * KB  # bytes kept of a message, trace or output
    max_token: int = 8 * MB  # bytes of one XML tag, or of one line of text
    max_item: int = 64 * MB  # bytes of one JSON value that has to be read as a whole
    max_held: int = 44 * MB  # estimate of what is held before a report is read twice instead
    max_waiting: int = 24 * MB  # texts of repeated failing cases that wait for their last element
    max_warnings: int = 20  # sentences kept of one report

    max_entries: int = 20_000  # members of one archive
    max_archive_bytes: int = 4096 * MB  # all members together, unpacked
    max_ratio: int = 200  # unpacked bytes for one packed byte, beyond the first megabyte
    max_nested: int = 10  # archives inside an archive; none inside those


DEFAULTS = Limits()
