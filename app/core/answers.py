"""What somebody who clicked or commanded was told, where they did."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Answer:
    """One answer: who did what, or why nothing was done."""

    at: datetime
    text: str  # names in it are raw
    url: str | None = None  # where to go on
    is_to_comment: bool = False  # somebody wrote it in the pull request, not pressed a button
