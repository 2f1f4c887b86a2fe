"""GitHub's own description of its REST API, cut down to what was asked and made fit for Prism."""

import json
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from tests.contract.node import MODULES

GITHUB = MODULES / "@octokit" / "openapi" / "generated" / "api.github.com.json"
JSON, GITHUB_JSON = "application/json", "application/vnd.github+json"
METHODS = frozenset({"get", "put", "post", "delete", "patch"})
RANGE = ("parameters", "created")
"""Described as a range of moments in the search syntax, and typed as a single moment."""
INSTALLATIONS = "/app/installations"
"""Each account of this list is described as a user and an enterprise at once, which none is."""
INSTALLATION = "#/components/schemas/installation"  # where it is either, as for a single one

Json = dict[str, Any]


def load() -> Json:
    """The whole description."""
    found: Json = json.loads(GITHUB.read_text(encoding="utf-8"))
    listed = found["paths"][INSTALLATIONS]["get"]["responses"]["200"]
    listed["content"][JSON]["schema"]["items"] = {"$ref": INSTALLATION}
    return found


def operation_path(description: Json, method: str, path: str) -> str | None:
    """The path with placeholders that this request's operation stands under; None for none.

    Of several the one with the fewest placeholders, as OpenAPI has it.
    """
    parts = path.strip("/").split("/")
    fitting = [
        one
        for one, operations in description["paths"].items()
        if method.lower() in operations and _fits(one.strip("/").split("/"), parts)
    ]
    return min(fitting, key=lambda one: one.count("{"), default=None)


def _fits(pattern: list[str], parts: list[str]) -> bool:
    if pattern[-1] == "{path}" and len(parts) > len(pattern):  # a file's path has slashes
        parts = [*parts[: len(pattern) - 1], "/".join(parts[len(pattern) - 1 :])]
    return len(pattern) == len(parts) and all(
        one.startswith("{") or one == part for one, part in zip(pattern, parts, strict=True)
    )


def trimmed(description: Json, wanted: Iterable[tuple[str, str]]) -> Json:
    """Only these operations (method, path with placeholders), and all that they refer to.

    Prism answers 406 to the media type that GitHub recommends unless it is listed, so
    everything told in JSON is listed under it too.
    """
    paths: Json = {}
    for method, path in sorted(set(wanted)):
        whole = description["paths"][path]
        kept = paths.setdefault(path, {k: v for k, v in whole.items() if k not in METHODS})
        kept[method.lower()] = whole[method.lower()]
    components = dict(_components(description, paths))
    if RANGE in components:
        components[RANGE] = components[RANGE] | {"schema": {"type": "string"}}
    cut = {
        "openapi": description["openapi"],
        "info": description["info"],
        "paths": paths,
        "components": _nested(components),
    }
    return {name: _with_github_json(part) for name, part in cut.items()}


def _components(description: Json, start: Json) -> Iterator[tuple[tuple[str, str], Any]]:
    known: set[tuple[str, str]] = set()
    waiting = list(_references(start))
    while waiting:
        kind, name = waiting.pop()
        if (kind, name) not in known:
            known.add((kind, name))
            found = description["components"][kind][name]
            yield (kind, name), found
            waiting.extend(_references(found))


def _references(value: object) -> Iterator[tuple[str, str]]:
    if isinstance(value, Mapping):
        reference = value.get("$ref")
        if isinstance(reference, str):
            _, _, kind, name = reference.split("/", 3)
            yield kind, name
        for one in value.values():
            yield from _references(one)
    elif isinstance(value, list):
        for one in value:
            yield from _references(one)


def _nested(components: Mapping[tuple[str, str], Any]) -> Json:
    nested: Json = {}
    for (kind, name), found in components.items():
        nested.setdefault(kind, {})[name] = found
    return nested


def _with_github_json(value: Any) -> Any:  # noqa: ANN401 -- any JSON
    if isinstance(value, list):
        return [_with_github_json(one) for one in value]
    if not isinstance(value, dict):
        return value
    copied = {name: _with_github_json(one) for name, one in value.items()}
    content = copied.get("content")
    if isinstance(content, dict) and JSON in content and isinstance(content[JSON], dict):
        copied["content"] = {GITHUB_JSON: content[JSON], **content}
    return copied
