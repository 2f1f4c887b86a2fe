"""A view as GitHub's markdown, within a budget of bytes, saying truthfully what was left out."""

from collections.abc import Callable, Iterable, Sequence

from app.core.answers import Answer
from app.render import escape, words
from app.render.view import CaseLine, JobLine, Note, RunView
from app.render.words import check as words_check

SUMMARY_BYTES = 65_535  # of a check run's summary or text. Source: GitHub REST, check runs
COMMENT_CHARACTERS = 65_536  # Source: GitHub REST answers 422 above it
RESERVE_BYTES = 100  # kept for the line that counts what was left out
MESSAGE_SHOWN = 300  # characters of a failure's message
COMMAND_SHOWN = 300  # characters of a command, which is never cut
ANSWER_SHOWN = 1_500  # characters of an answer to a click or a command
OPENING, CLOSING = "<details>", "</details>"
MORE = "See there"
ITEM, SEPARATOR = "- ", "\n\n"


def check_summary(view: RunView) -> str:
    """What a check run's summary says: what needs you first, the rest folded."""
    parts = _sections(view, has_commands=view.has_commands)
    if view.has_commands and not (view.is_green and not view.rescued):
        parts.append(words_check.answer_in_a_comment())
    return _within(parts, _last(view), SUMMARY_BYTES)


def comment_body(view: RunView, marker: str) -> str:
    """What the pull request's one comment says; `marker` finds it again."""
    head = [
        marker,
        f"### {escape.markdown(view.title, limit=250)}",
        f"For {escape.code(words.short(view.head_sha))}.",
    ]
    parts = _sections(view, has_commands=True)
    return _within([*head, *parts], _last(view), COMMENT_CHARACTERS)


def answers_body(answers: Sequence[Answer], why: str, marker: str, *, head_sha: str | None) -> str:
    """The comment where there is nothing but answers; `why` says so."""
    speaks_of = [f"For {escape.code(words.short(head_sha))}."] if head_sha else []
    return SEPARATOR.join([marker, *speaks_of, *map(_answer, answers), why])


def _sections(view: RunView, *, has_commands: bool = False) -> list[str]:
    """All parts; `has_commands` where people can answer with one."""

    def told(line: CaseLine) -> str:
        return _case(line, has_command=has_commands)

    parts = [*map(_answer, view.answers), *_needs_you(view, told)]
    for title, why, lines in (
        ("Known flaky", "failed, and that is not this change's fault", view.flaky),
        (f"Broken on {escape.html(view.branch)}", "fails there too", view.broken),
        ("Passed on a second try", "flaked on this commit", view.rescued),
    ):
        parts += _folded(title, why, [told(line) for line in lines])
    if view.ending:
        parts.append(escape.markdown(view.ending, limit=600))
    elif view.is_green and not view.rescued and not view.is_waiting:
        parts.append(f"{words.counted(view.passed, 'case')} passed, none failed.")
    if view.mended:
        names = [case.name for case in view.mended]
        sentence = words_check.maybe_mended(names, has_button=view.has_buttons)
        parts.append(escape.markdown(sentence, limit=600))
    parts += [f"> {escape.markdown(warning, limit=500)}" for warning in view.warnings]
    return parts


def _answer(answer: Answer) -> str:
    """An answer as a paragraph of its own, told apart by its bar."""
    text = escape.markdown(answer.text, limit=ANSWER_SHOWN)
    more = f" [{MORE}]({answer.url})" if answer.url else ""
    return f"> {words.minute(answer.at)}: {text}{more}"


def _last(view: RunView) -> list[str]:
    return [f"[All of it on FlakeGuard]({view.page_url})"] if view.page_url else []


def _needs_you(view: RunView, told: Callable[[CaseLine], str]) -> Iterable[str]:
    if view.needs_you or view.jobs:
        yield "#### Needs you"
    for line in view.needs_you:
        yield told(line)
    for job in view.jobs:
        yield _job(job)


def _case(line: CaseLine, *, has_command: bool) -> str:
    name = escape.code(line.name)
    title = f"[{name}]({line.page_url})" if line.page_url else name
    where = f" in [{escape.code(_place(line))}]({line.file_url})" if line.file_url else ""
    said = [f"{ITEM}**{title}**{where} · {words.CAUSE_WORDS[line.cause]}"]
    said.append(f"  [{escape.markdown(line.job)}]({line.job_url})")
    said += [f"  {_reason(sentence, line)}" for sentence in line.sentences]
    said += [f"  {_note(note)}" for note in line.notes]
    if line.decision:
        said.append(f"  **{escape.markdown(line.decision, limit=300)}**")
    if line.alone:
        said.append(f"  {words.runs_alone()} {escape.code(line.alone, limit=COMMAND_SHOWN)}")
    if has_command and line.command:
        said.append(f"  {words.answer_with()} {escape.code(line.command, limit=COMMAND_SHOWN)}")
    if line.message:
        said.append(f"  {escape.code(line.message, limit=MESSAGE_SHOWN)}")
    return "  \n".join(said)


def _reason(sentence: str, line: CaseLine) -> str:
    """A sentence with the commits that it names as links; a short sha needs no escape."""
    said = escape.markdown(sentence, limit=500)
    for name, url in line.commits:
        before, found, after = said.partition(name)
        said = f"{before}[{name}]({url}){after}" if found else said
    return said


def _note(note: Note) -> str:
    text = escape.markdown(note.text, limit=300)
    return f"[{text}]({note.url})" if note.url else text


def _place(line: CaseLine) -> str:
    return f"{line.file}:{line.line}" if line.line else str(line.file)


def _job(job: JobLine) -> str:
    return f"{ITEM}**[{escape.markdown(job.name)}]({job.url})**  \n  {_sentence(job.sentence)}"


def _sentence(sentence: str) -> str:
    return escape.markdown(sentence, limit=600)


def _folded(title: str, why: str, lines: Sequence[str]) -> list[str]:
    """A part of the text that opens on a click; `title` is HTML."""
    if not lines:
        return []
    count = words.counted(len(lines), "case")
    head = f"{OPENING}<summary>{title}: {count} {why}</summary>\n"
    return [head, *lines, CLOSING]


def _within(parts: Sequence[str], last: Sequence[str], budget: int) -> str:
    """Join parts as long as they fit; what did not is counted before the last ones.

    Counts UTF-8 bytes, which never are fewer than characters. What was opened is closed, and
    nothing is said of a folded part of which nothing fits.
    """
    kept: list[str] = []
    left = budget - RESERVE_BYTES - sum(map(_size, last))
    dropped = 0
    opened_at: int | None = None
    for part in parts:
        if part == CLOSING:
            if opened_at is not None:
                kept[opened_at:] = _closed(kept[opened_at:])
            opened_at = None
        elif _size(part) > left:
            dropped += part.startswith(ITEM)
        else:
            left -= _size(part) + (_size(CLOSING) if part.startswith(OPENING) else 0)
            opened_at = len(kept) if part.startswith(OPENING) else opened_at
            kept.append(part)
    if dropped:
        kept.append(f"And {dropped} more, which GitHub's limits leave no room for here.")
    return SEPARATOR.join([*kept, *last])


def _closed(folded: Sequence[str]) -> list[str]:
    return [*folded, CLOSING] if len(folded) > 1 else []


def _size(part: str) -> int:
    return len((part + SEPARATOR).encode())
