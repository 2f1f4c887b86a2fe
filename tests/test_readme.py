"""README and guides promise what is there: commands, files, pictures, and the examples' output."""

import re
import struct
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from typer import Typer
from typer.main import get_command, get_command_name

from app.cli import cli
from app.settings import VARIABLES
from tests.pictures.readme import CASE, PULL_REQUEST

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text()
GUIDES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
PARTS = [file for part in ("app", "bots", "jobs") for file in (ROOT / part).rglob("*.py")]
FIRST_SCREEN = 25  # lines
SIGNATURE = b"\x89PNG\r\n\x1a\n"
LEAST_WIDTH = 1200  # pixels; less is blurred on a dense screen

LINK = re.compile(r"\]\(([^)\s]+)\)")
ROW = re.compile(r"^\| `flakeguard ([a-z -]+)` \|", re.MULTILINE)
EXAMPLE = re.compile(
    r"^```sh\n\.venv/bin/flakeguard (?P<arguments>[^\n]+)\n```\n\n```text\n(?P<output>.*?)\n```$",
    re.MULTILINE | re.DOTALL,
)


def commands(typer: Typer, prefix: str = "") -> Iterator[str]:
    for command in typer.registered_commands:
        assert command.callback is not None
        yield prefix + (command.name or get_command_name(command.callback.__name__))
    for group in typer.registered_groups:
        assert group.typer_instance is not None
        yield from commands(group.typer_instance, f"{prefix}{group.name} ")


def without_json(command: object, prefix: str = "") -> Iterator[str]:
    inner = getattr(command, "commands", {})
    for name, one in inner.items():
        yield from without_json(one, f"{prefix}{name} ")
    options = getattr(command, "params", [])
    if not inner and not any("--json" in option.opts for option in options):
        yield prefix.strip()


def anchors(text: str) -> set[str]:
    """Where a link may point within a page, as GitHub names headings."""
    headings = re.findall(r"^#+ (.+)$", text, re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", one.lower()).replace(" ", "-") for one in headings}


def test_the_table_of_commands_is_the_command_line() -> None:
    listed = ROW.findall(README)

    assert sorted(listed) == sorted(commands(cli))


def test_the_commands_without_json_are_those_that_it_names() -> None:
    named = re.findall(r"`([a-z]+)`", README.partition("All take `--json` but ")[2].split(".")[0])

    assert {one.split()[0] for one in without_json(get_command(cli))} == set(named)


def test_the_settings_that_do_nothing_yet_are_those_that_nothing_reads() -> None:
    said = README.partition("Some belong to parts that are still to come")[2].split(".")[0]
    code = "\n".join(file.read_text() for file in PARTS if "commands" not in file.parts)
    by_commands = {"LOG_LEVEL", "LOG_FORMAT"}  # read where a process starts

    unread = {name for name, field in VARIABLES.items() if not re.search(rf"\.{field}\b", code)}

    assert set(re.findall(r"`([A-Z_]+)`", said)) == unread - by_commands


def test_every_link_to_a_file_leads_to_one() -> None:
    links = [(guide, link) for guide in GUIDES for link in LINK.findall(guide.read_text())]
    inner = [(guide, *link.partition("#")) for guide, link in links if "://" not in link]

    for guide, path, _, anchor in inner:
        file = guide.parent / path if path else guide
        assert file.is_file(), f"{guide.name} links to {path}"
        assert not anchor or anchor in anchors(file.read_text()), f"{guide.name}: #{anchor}"
    assert {guide.name for guide, *_ in inner} >= {"README.md", "github-app.md", "slack.md"}


def test_the_first_screen_shows_the_result_and_the_two_commands() -> None:
    top = README.splitlines()[:FIRST_SCREEN]

    assert any("is this failure mine?" in line for line in top)
    assert any(f"]({PULL_REQUEST.relative_to(ROOT)})" in line for line in top)
    assert [line.split(" ")[:2] for line in top if line.startswith("make ")] == [
        ["make", "demo"],
        ["make", "test"],
    ]


@pytest.mark.parametrize("picture", [PULL_REQUEST, CASE], ids=lambda picture: picture.name)
def test_a_picture_is_one_and_large_enough_to_be_read(picture: Path) -> None:
    head = picture.read_bytes()[:24]

    width, height = struct.unpack(">II", head[16:])

    assert head.startswith(SIGNATURE)
    assert width >= LEAST_WIDTH
    assert height < 2 * width


@pytest.mark.parametrize("command", ["parse", "analyze"])
def test_an_example_prints_what_the_readme_says(command: str) -> None:
    examples = {match["arguments"].split()[0]: match for match in EXAMPLE.finditer(README)}

    ran = subprocess.run(
        [sys.executable, "-m", "app.cli", *examples[command]["arguments"].split()],
        cwd=ROOT,
        env={"COLUMNS": "100", "PYTHONUTF8": "1"},
        capture_output=True,
        text=True,
        check=True,
    )

    assert ran.stdout.rstrip() == examples[command]["output"]


def test_the_guides_set_only_what_can_be_set() -> None:
    text = "\n".join(guide.read_text() for guide in GUIDES)

    assigned = set(re.findall(r"\b([A-Z][A-Z_]+)=", text))

    others = {
        "ARGS",
        "FLAKEGUARD_DOMAIN",
        "HISTORIES",
        "JEST_JUNIT_ADD_FILE_ATTRIBUTE",
        "PLAYWRIGHT_JUNIT_INCLUDE_RETRIES",
        "POSTGRES_PASSWORD",
    }
    assert assigned - set(VARIABLES) == others
    assert "GITHUB_APP_ID" in assigned
