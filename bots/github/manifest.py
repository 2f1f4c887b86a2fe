"""Our GitHub App as its manifest, app.yml, describes it: one list for programs and people."""

from pathlib import Path
from typing import Any

import yaml

import app

FILE = Path(app.__file__).parents[1] / "app.yml"
ADDRESS = "${PUBLIC_URL}"


def template() -> dict[str, Any]:
    """The manifest as it is written, its addresses still open."""
    found: dict[str, Any] = yaml.safe_load(FILE.read_text(encoding="utf-8"))
    return found


def manifest(public_url: str) -> dict[str, Any]:
    """The manifest of an installation that is reached at this address."""
    filled: dict[str, Any] = _filled(template(), public_url.rstrip("/"))
    return filled


def _filled(value: Any, address: str) -> Any:  # noqa: ANN401 -- it is YAML
    match value:
        case str():
            return value.replace(ADDRESS, address)
        case list():
            return [_filled(one, address) for one in value]
        case dict():
            return {name: _filled(one, address) for name, one in value.items()}
        case _:
            return value
