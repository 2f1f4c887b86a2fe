"""A view for a terminal: the same sentences, with nothing but indentation for layout."""

from collections.abc import Sequence

from app.render import escape, words
from app.render.view import CaseLine, RunView


def run_lines(view: RunView) -> list[str]:
    """What a person at a terminal reads of one head commit, a line each."""
    said = [escape.plain(view.title)]
    said += _part("Needs you", view.needs_you)
    said += [f"  {escape.plain(job.name)}: {job.sentence}" for job in view.jobs]
    said += _part("Known flaky", view.flaky)
    said += _part(f"Broken on {escape.plain(view.branch)}", view.broken)
    said += _part("Passed on a second try", view.rescued)
    said += [f"Note: {escape.plain(warning, limit=500)}" for warning in view.warnings]
    return said


def _part(title: str, lines: Sequence[CaseLine]) -> list[str]:
    if not lines:
        return []
    return [title, *(said for line in lines for said in _case(line))]


def _case(line: CaseLine) -> list[str]:
    said = [f"  {escape.plain(line.name)} · {words.CAUSE_WORDS[line.cause]}"]
    said += [f"    {escape.plain(sentence, limit=500)}" for sentence in line.sentences]
    said += [f"    {escape.plain(note.text)}" for note in line.notes]
    if line.decision:
        said.append(f"    {escape.plain(line.decision)}")
    if line.message:
        said.append(f"    {escape.plain(line.message)}")
    return said
