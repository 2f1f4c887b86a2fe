"""The house rules that no linter knows: lengths, docstrings, transactions, handlers, migrations."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from app.core.request_kinds import KINDS
from jobs.tasks import HANDLERS

ROOT = Path(__file__).parents[1]
PRODUCTION = ("app", "bots", "jobs", "migrations")
NOT_OURS = ("app/demo/shop/",)  # the demo's project: its mistakes are the point
MODULE_LINES = 300
FUNCTION_LINES = 40

LONG_MODULES = {
    "migrations/versions/0001_first_schema.py": "a first migration is as long as the schema",
}
LONG_FUNCTIONS = {
    "app/sandbox/github/pulls.py:open_pull_request": "a pull request's fields, a line each",
}
Trees = dict[str, ast.Module]  # by path
TRANSACTIONS = "app/db/session.py"  # where a transaction begins and ends
NOT_NULL = re.compile(r"\bADD\s+(?:COLUMN\s+)?[^;]*?\bNOT\s+NULL\b", re.IGNORECASE)
DEFAULT = re.compile(r"\bDEFAULT\b|\bGENERATED\b", re.IGNORECASE)


def sources(*roots: str) -> dict[str, str]:
    """Every Python file below these folders: its text by its path."""
    found = {
        path.relative_to(ROOT).as_posix(): path.read_text(encoding="utf-8")
        for root in roots
        for path in sorted((ROOT / root).rglob("*.py"))
    }
    return {path: text for path, text in found.items() if not path.startswith(NOT_OURS)}


# Read once and let go of, and not while tests are collected, which each worker does.


@pytest.fixture(scope="module")
def ours() -> dict[str, str]:
    """What is in production: text by path."""
    return sources(*PRODUCTION)


@pytest.fixture(scope="module")
def modules(ours: dict[str, str]) -> Trees:
    """All that is ours, tests as well."""
    return {path: ast.parse(text) for path, text in (ours | sources("tests")).items()}


@pytest.fixture(scope="module")
def migrations(modules: Trees) -> Trees:
    return {path: tree for path, tree in modules.items() if "/versions/" in path}


def functions(tree: ast.AST) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    """Every function of a module, methods and inner ones too."""
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node


def calls(tree: ast.AST, *names: str) -> Iterator[ast.Call]:
    """Every call of an attribute so named: `session.commit()`, `op.add_column(...)`."""
    for node in ast.walk(tree):
        called = node.func if isinstance(node, ast.Call) else None
        if isinstance(called, ast.Attribute) and called.attr in names:
            assert isinstance(node, ast.Call)
            yield node


def long_functions(path: str, tree: ast.AST) -> list[str]:
    """The functions of a module that are longer than they may be."""
    return [
        f"{path}:{one.name}"
        for one in functions(tree)
        if (one.end_lineno or one.lineno) - one.lineno >= FUNCTION_LINES
    ]


def ends_transaction(tree: ast.AST) -> bool:
    """Whether a module commits or rolls back; what takes arguments is another's `commit`."""
    return any(not call.args for call in calls(tree, "commit", "rollback"))


def flaws_of_migration(tree: ast.AST) -> list[str]:
    """What a migration does that could hold up, or fail on, a database that is in use."""
    flaws = [
        f"{one.name} sets no lock_timeout"
        for one in functions(tree)
        if one.name in {"upgrade", "downgrade"} and "lock_timeout" not in _texts(one)
    ]
    for call in calls(tree, "add_column"):
        column = call.args[1] if len(call.args) > 1 else call
        if _says(column, "nullable", value=False) and not _says(column, "server_default"):
            flaws.append("add_column makes a NOT NULL column without a default")
    statements = [_texts(call) for call in calls(tree, "execute")]
    if any(NOT_NULL.search(one) and not DEFAULT.search(one) for one in statements):
        flaws.append("SQL makes a NOT NULL column without a default")
    return flaws


def test_no_module_is_longer_than_it_may_be(ours: dict[str, str]) -> None:
    long = {path for path, text in ours.items() if len(text.splitlines()) > MODULE_LINES}

    assert long == set(LONG_MODULES)
    assert len(LONG_MODULES) == 1


def test_no_function_is_longer_than_it_may_be(
    ours: dict[str, str], modules: Trees, migrations: Trees
) -> None:
    long = {
        name
        for path in ours
        if path not in migrations  # as long as what they change, and told table by table
        for name in long_functions(path, modules[path])
    }

    assert long == set(LONG_FUNCTIONS)
    assert len(LONG_FUNCTIONS) == 1


def test_every_module_says_what_it_is(modules: Trees) -> None:
    silent = [path for path, tree in modules.items() if tree.body and not ast.get_docstring(tree)]

    assert silent == []


def test_nobody_ends_a_transaction_but_the_unit_of_work(
    ours: dict[str, str], modules: Trees
) -> None:
    ending = {path for path in ours if ends_transaction(modules[path])}

    assert ending <= {TRANSACTIONS}


def test_no_class_of_ours_is_taken_for_a_test(ours: dict[str, str], modules: Trees) -> None:
    taken = [
        f"{path}:{node.name}"
        for path in ours
        for node in ast.walk(modules[path])
        if isinstance(node, ast.ClassDef) and node.name.startswith("Test")
    ]

    assert taken == []


def test_every_kind_of_request_has_a_handler() -> None:
    assert set(HANDLERS) == set(KINDS)


def test_a_migration_neither_waits_for_ever_nor_fails_on_a_full_table(migrations: Trees) -> None:
    flaws = [
        f"{path}: {flaw}" for path, tree in migrations.items() for flaw in flaws_of_migration(tree)
    ]

    assert migrations
    assert flaws == []


def test_migrations_follow_one_another_in_one_line(migrations: Trees) -> None:
    told = {
        _constant(tree, "revision"): _constant(tree, "down_revision")
        for tree in migrations.values()
    }

    assert len(told) == len(migrations)
    assert set(told.values()) == {None, *told} - {max(map(str, told))}


LOCK = "op.execute(\"SET LOCAL lock_timeout = '5s'\")\n"


@pytest.mark.parametrize(
    ("body", "flaw"),
    [
        ("pass\n", "upgrade sets no lock_timeout"),
        (
            LOCK + '    op.add_column("t", sa.Column("c", sa.Integer(), nullable=False))\n',
            "add_column makes a NOT NULL column without a default",
        ),
        (
            LOCK + '    op.execute("ALTER TABLE t ADD COLUMN c int NOT NULL")\n',
            "SQL makes a NOT NULL column without a default",
        ),
    ],
)
def test_a_migration_with_a_flaw_is_caught(body: str, flaw: str) -> None:
    tree = ast.parse(f"def upgrade():\n    {body}")

    assert flaws_of_migration(tree) == [flaw]


@pytest.mark.parametrize(
    "body",
    [
        'op.add_column("t", sa.Column("c", sa.Integer(), nullable=True))',
        'op.add_column("t", sa.Column("c", sa.Integer(), nullable=False, server_default="0"))',
        'op.execute("ALTER TABLE t ADD COLUMN c int NOT NULL DEFAULT 0")',
        'op.create_table("t", sa.Column("c", sa.Integer(), nullable=False))',
    ],
)
def test_a_migration_without_a_flaw_passes(body: str) -> None:
    tree = ast.parse(f"def upgrade():\n    {LOCK}    {body}\n")

    assert flaws_of_migration(tree) == []


def test_the_rules_see_what_they_are_to_see() -> None:
    long = "def long():\n" + "    pass\n" * FUNCTION_LINES
    short = "def short():\n" + "    pass\n" * (FUNCTION_LINES - 1)

    assert long_functions("m.py", ast.parse(long)) == ["m.py:long"]
    assert long_functions("m.py", ast.parse(short)) == []
    assert ends_transaction(ast.parse("session.commit()"))
    assert ends_transaction(ast.parse("self.connection.rollback()"))
    assert not ends_transaction(ast.parse("shapes.commit(repo, sha)"))


def _texts(tree: ast.AST) -> str:
    return " ".join(
        node.value
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    )


def _says(node: ast.AST, keyword: str, *, value: bool | None = None) -> bool:
    """Whether a call has this keyword, with this value if one is given."""
    found = [one.value for one in getattr(node, "keywords", ()) if one.arg == keyword]
    if value is None:
        return bool(found)
    return any(isinstance(one, ast.Constant) and one.value is value for one in found)


def _constant(tree: ast.Module, name: str) -> object:
    """What a module sets a name to."""
    return next(
        ast.literal_eval(node.value)
        for node in tree.body
        if isinstance(node, ast.Assign)
        for target in node.targets
        if isinstance(target, ast.Name) and target.id == name
    )
