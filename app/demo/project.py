"""The shop as text: its files, edits to them, the hash of a commit, the cases in a tree."""

import ast
import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from pathlib import Path

SHOP = Path(__file__).parent / "shop"
TEMPLATE = SHOP / "template"
KINDS = frozenset({".py", ".toml", ".md", ".csv", ".txt"})  # what belongs to the project

Tree = Mapping[str, str]  # path inside the project → text


@dataclass(frozen=True, slots=True)
class Edit:
    """One change to one file: a new text, something appended, or something replaced."""

    file: str
    text: str | None = None
    append: str | None = None
    old: str | None = None
    new: str = ""


def template() -> Tree:
    """The project before its first commit of the history."""
    paths = sorted(path.relative_to(TEMPLATE) for path in TEMPLATE.rglob("*"))
    return {
        path.as_posix(): (TEMPLATE / path).read_text(encoding="utf-8")
        for path in paths
        if path.suffix in KINDS and not path.as_posix().startswith(".")
    }


def edited(tree: Tree, edits: Iterable[Edit]) -> Tree:
    """The tree after the edits; raises ValueError when an edit does not fit it."""
    files = dict(tree)
    for edit in edits:
        files[edit.file] = _applied(files.get(edit.file), edit)
    return files


def _applied(text: str | None, edit: Edit) -> str:
    if edit.text is not None:
        return edit.text
    if text is None:
        raise ValueError(f"no file {edit.file} to edit")
    if edit.append is not None:
        return text + edit.append
    if edit.old is None or text.count(edit.old) != 1:
        raise ValueError(f"{edit.file} does not hold, once, {edit.old!r}")
    return text.replace(edit.old, edit.new)


def changed_files(before: Tree, after: Tree) -> tuple[str, ...]:
    """Paths whose text differs, sorted."""
    return tuple(sorted(path for path in {*before, *after} if before.get(path) != after.get(path)))


def tree_digest(tree: Tree) -> str:
    """40 hex digits that stand for a tree; equal files, equal digest."""
    digest = hashlib.sha1(usedforsecurity=False)
    for path in sorted(tree):
        blob = tree[path].encode()
        digest.update(f"{path}\0{len(blob)}\0".encode() + blob)
    return digest.hexdigest()


def commit_sha(tree: Tree, *, parent: str, author: str, at: datetime, message: str) -> str:
    """The 40 hex digits that name a commit."""
    lines = (
        f"tree {tree_digest(tree)}",
        f"parent {parent}",
        f"author {author} {int(at.timestamp())} +0000",
        "",
        message,
    )
    return hashlib.sha1("\n".join(lines).encode(), usedforsecurity=False).hexdigest()


def write(tree: Tree, folder: Path) -> None:
    """Put every file of the tree into a folder that is not there yet."""
    for path, text in tree.items():
        target = folder / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text, encoding="utf-8")


def case_functions(text: str) -> tuple[str, ...]:
    """Names of the test functions in one test file, in its order."""
    return tuple(function.name for function in _functions(text))


def case_ids(tree: Tree) -> tuple[str, ...]:
    """Every case that pytest would collect from the tree, by node id."""
    return tuple(
        f"{path}::{name}"
        for path, text in sorted(tree.items())
        if Path(path).match("tests/test_*.py")
        for function in _functions(text)
        for name in _parametrized(function)
    )


@cache  # of a history's trees, most files are alike
def _functions(text: str) -> tuple[ast.FunctionDef, ...]:
    return tuple(
        node
        for node in ast.parse(text).body
        if isinstance(node, ast.FunctionDef) and node.name.startswith("test_")
    )


def _parametrized(function: ast.FunctionDef) -> tuple[str, ...]:
    """The function's name once for each literal of its one parametrize mark, if it has one."""
    for mark in function.decorator_list:
        if isinstance(mark, ast.Call) and ast.unparse(mark.func) == "pytest.mark.parametrize":
            return tuple(f"{function.name}[{value}]" for value in ast.literal_eval(mark.args[1]))
    return (function.name,)
