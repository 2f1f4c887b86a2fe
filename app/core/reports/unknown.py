"""The refusal of a file that is of no format we read."""

from app.core.errors import BadInput
from app.core.reports.coverage import is_coverage
from app.core.reports.masking import mask
from app.core.reports.source import Head
from app.core.reports.texts import clean


def unknown(head: Head) -> BadInput:
    """One sentence that says by what the file is known not to be a report."""
    if is_coverage(head):
        return BadInput("The file is a coverage file; send it together with the test report.")
    return BadInput(
        f"The file is not a test report of a format we read: {_beginning(head)};"
        " upload the runner's JUnit XML or another format of the list.",
        line=1,
    )


def _beginning(head: Head) -> str:
    if head.is_xml and head.root:
        return f"its root element is <{head.root[:40]}>"
    if head.text[:1] in ("{", "["):
        keys = clean(", ".join(sorted(head.keys)[:5])[:100])
        return f"its first object has the keys {keys}" if keys else "its JSON holds no object"
    start = mask(clean(" ".join(head.text[:400].split())))[:40]
    return f"it begins with “{start}”"
