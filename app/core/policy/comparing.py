"""What a change of policy would have decided."""

from dataclasses import dataclass

from app.core.policy.names import ScorerName


@dataclass(frozen=True, slots=True)
class Compared:
    """The difference that a change of policy makes, over some days."""

    held: tuple[str, ...]  # names of cases that only the new policy holds for flaky
    released: tuple[str, ...]  # that only the old one does
    failures: int  # of all cases
    excused_before: int  # of them, of cases that the old policy held then
    excused_after: int
    scorer: ScorerName | None = None  # another one judges from now on

    @property
    def is_nothing(self) -> bool:
        """Whether nothing of the past would have been decided otherwise."""
        is_same = self.excused_before == self.excused_after
        return is_same and not (self.held or self.released)
