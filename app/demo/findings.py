"""What FlakeGuard found in the shop, beside the truth."""

from dataclasses import dataclass

from app.core.decide import Cause, State
from app.db import repositories, standings
from app.db.session import unit_of_work
from app.db.standings import CaseStanding
from app.demo.records import REPO, History, Truth, TruthState
from app.demo.stage import Stage
from app.render import words


@dataclass(frozen=True, slots=True)
class Found:
    """One case of the shop: what it is, and what is said of it."""

    node_id: str
    truth: Truth
    state: State
    score: float
    said: str  # one or two words for the table
    sentences: tuple[str, ...]

    @property
    def is_right(self) -> bool:
        """Whether what is said is the truth."""
        if self.truth.state is TruthState.FLAKY:
            return self.state is State.FLAKY
        return self.state is not State.FLAKY


def found(stage: Stage, history: History) -> list[Found]:
    """Every case of the truth, the surest flake first, then by name."""
    with unit_of_work(stage.engine) as session:
        repository = repositories.repository_named(session, REPO)
        rows = standings.standings(session, repository.id) if repository else []
    by_node = {node_id(row): row for row in rows}
    all_of_them = [_found(name, truth, by_node.get(name)) for name, truth in history.truth.items()]
    return sorted(all_of_them, key=lambda one: (-one.score, one.node_id))


def node_id(row: CaseStanding) -> str:
    """pytest's name of a case: its file, the classes within it, its name."""
    module = (row.file or "").removesuffix(".py").replace("/", ".")
    classes = row.classname.removeprefix(module).strip(".").split(".")
    parts = [row.file or "", *(part for part in classes if part), row.name + row.parameters]
    return "::".join(parts)


def _found(name: str, truth: Truth, row: CaseStanding | None) -> Found:
    if row is None:
        return Found(name, truth, State.HEALTHY, 0.0, "healthy", ())
    standing = row.standing
    is_flaky = standing.state is State.FLAKY
    return Found(
        node_id=name,
        truth=truth,
        state=standing.state,
        score=standing.score,
        said=_said(row),
        sentences=words.evidence_sentences(standing.evidence if is_flaky else row.reasons),
    )


def _said(row: CaseStanding) -> str:
    """The state now, and what else its failures were held to be."""
    said = [words.STATE_WORDS[row.standing.state]]
    if State.BROKEN in row.was and row.standing.state is not State.BROKEN:
        said.append("was broken on main")
    if Cause.NEW in row.causes:
        said.append("new on a pull request" if State.BROKEN not in row.was else "first seen as new")
    return ", ".join(said)
