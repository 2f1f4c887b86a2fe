"""The lint job: no long lines, no unused imports, no print left behind."""

import ast
import sys
from collections.abc import Iterator
from pathlib import Path

LONGEST = 100


def unused_imports(tree: ast.Module) -> Iterator[tuple[int, str]]:
    used = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)} | exported(tree)
    for node in tree.body:
        if isinstance(node, ast.Import | ast.ImportFrom):
            for name in node.names:
                known = (name.asname or name.name).partition(".")[0]
                if known not in used:
                    yield node.lineno, f"{known} imported but not used"


def exported(tree: ast.Module) -> set[str]:
    """What `__all__` lists, when there is one."""
    for node in tree.body:
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "__all__":
            return set(ast.literal_eval(node.value))
    return set()


def prints(tree: ast.Module) -> Iterator[tuple[int, str]]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
            if node.func.id == "print":
                yield node.lineno, "print left behind"


def complaints(path: Path) -> Iterator[tuple[int, str]]:
    text = path.read_text(encoding="utf-8")
    for number, line in enumerate(text.splitlines(), start=1):
        if len(line) > LONGEST:
            yield number, f"line of {len(line)} characters"
    tree = ast.parse(text)
    yield from unused_imports(tree)
    yield from prints(tree)


def main() -> int:
    found = 0
    for folder in ("shop", "tests"):
        for path in sorted(Path(folder).rglob("*.py")):
            for line, what in complaints(path):
                sys.stdout.write(f"{path}:{line}: {what}\n")
                found += 1
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
