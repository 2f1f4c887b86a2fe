"""The settings as documents: `python -m app.commands.settings_docs env-example|readme-table`."""

import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from pydantic.fields import FieldInfo

from app.setting_types import written
from app.settings import Settings, variable_of

TABLE_START = "<!-- settings: written by `make docs` -->"
TABLE_END = "<!-- end of settings -->"
README = Path("README.md")
ENV_EXAMPLE = Path(".env.example")
USAGE = "usage: python -m app.commands.settings_docs env-example|readme-table|write\n"
WRONG_USE = 2  # exit status


@dataclass(frozen=True, slots=True)
class Row:
    """One setting as documents show it."""

    variable: str
    default: str  # "" for none
    description: str


def documentation() -> list[Row]:
    """Every setting, in the order of the class."""
    return [
        Row(variable_of(name, field), _default(field), field.description or "")
        for name, field in Settings.model_fields.items()
    ]


def _default(field: FieldInfo) -> str:
    return "" if field.is_required() else written(field.default)


def readme_table() -> str:
    """The table between the README's two marker comments."""
    return "\n".join([TABLE_START, *_table_lines(), TABLE_END])


def _table_lines() -> Iterator[str]:
    yield "| variable | default | meaning |"
    yield "| --- | --- | --- |"
    for row in documentation():
        default = f"`{row.default}`" if row.default else ""
        description = row.description.replace("|", "\\|")
        yield f"| `{row.variable}` | {default} | {description} |"


def env_example() -> str:
    """A file to copy to .env: every setting, commented out."""
    blocks = ["# FlakeGuard's settings. Copy this file to .env and fill in what you need."]
    for row in documentation():
        description = row.description.replace("`", "")
        blocks.append(f"# {description}\n#{row.variable}={row.default}")
    return "\n\n".join(blocks) + "\n"


def with_table(readme: str) -> str:
    """The README with its table as it should be; ValueError where it has no markers."""
    before, marker, rest = readme.partition(TABLE_START)
    _, end, after = rest.partition(TABLE_END)
    if not (marker and end):
        raise ValueError(f"{README} lacks the comments around the table of settings")
    return f"{before}{readme_table()}{after}"


def write(root: Path) -> None:
    """Bring both documents up to date."""
    (root / ENV_EXAMPLE).write_text(env_example(), encoding="utf-8")
    readme = root / README
    readme.write_text(with_table(readme.read_text(encoding="utf-8")), encoding="utf-8")


def main(arguments: list[str]) -> int:
    """Print one document, or write both; the exit status."""
    match arguments:
        case ["env-example"]:
            sys.stdout.write(env_example())
        case ["readme-table"]:
            sys.stdout.write(readme_table() + "\n")
        case ["write"]:
            write(Path())
        case _:
            sys.stderr.write(USAGE)
            return WRONG_USE
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
