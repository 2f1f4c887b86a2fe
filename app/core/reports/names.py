"""Names, files and links of a report, brought to the form a case is known by."""

import re

from app.core.identity import fold_parameters
from app.core.reports.texts import clean

_ROOTS = re.compile(
    r"""^(?:file://)?(?:
      /home/runner/work/[^/]+/[^/]+/ | /__w/[^/]+/[^/]+/ | /github/workspace/
    | [A-Za-z]:/a/[^/]+/[^/]+/ | /[A-Za-z]:/a/[^/]+/[^/]+/ | /Users/runner/work/[^/]+/[^/]+/
    | (?:[A-Za-z]:)?(?:/[^/]+){0,20}?/_?work/(?:([^/]+)/\1/ | \d{1,6}/s/)  # own runners, Azure
    | (?:[A-Za-z]:)?(?:/[^/]+){0,20}?/builds/[A-Za-z0-9_-]{6,20}/\d{1,3}/[^/]+/[^/]+/  # GitLab's
    | /builds/[^/]+/[^/]+/ | /home/circleci/(?:project|repo)/ | /root/project/
    | (?:[A-Za-z]:)?(?:/[^/]+){0,20}?/\.?[Jj]enkins/(?:agent/)?workspace/[^/]+/
    | (?:[A-Za-z]:)?(?:/[^/]+){0,20}?/[Bb]uild-?[Aa]gent/work/[0-9a-f]{8,40}/  # TeamCity
    | /home/travis/build/[^/]+/[^/]+/ | /tmp/cirrus-ci-build/ | [A-Za-z]:/projects/[^/]+/
    | /var/lib/buildkite-agent/builds/[^/]+/[^/]+/[^/]+/ | /buildkite/builds/[^/]+/[^/]+/[^/]+/
    | /opt/atlassian/pipelines/agent/build/ | /workspace/ | /workspaces/[^/]+/
    | /usr/src/app/ | /app/ | /code/ | /var/www/html/  # of containers
    | /bitrise/src/ | /drone/src/ | /woodpecker/src/
    )""",
    re.VERBOSE,
)
_LINE_SUFFIX = re.compile(r"^(.+?):(\d{1,7})(?::\d{1,7})?$")
_SCHEME = re.compile(r"^[A-Za-z][A-Za-z0-9+.-]*:")
_CLOSERS = {"]": "[", ")": "(", "}": "{"}
_INDEXED = re.compile(r"^\[\d+\] ")  # JUnit 5: "[1] first, 0x7f00deadbeef"
MAX_SPLIT = 4096  # characters; a longer name is taken as it is


def _opening(name: str, closer: str) -> int:
    """Where the bracket that ends the name begins, or -1."""
    opener, depth = _CLOSERS[closer], 0
    for at in range(len(name) - 1, -1, -1):
        if name[at] == closer:
            depth += 1
        elif name[at] == opener:
            depth -= 1
            if depth == 0:
                return at
    return -1


def split_name(name: str) -> tuple[str, str]:
    """The name without its parameters, and the parameters as written, brackets included.

    `test_add[1-2]` has `[1-2]`, `Add(1,2)` has `(1,2)`, `run()[2]` has `[2]`; words in
    brackets after a space are part of a title: `adds (slowly)`. Random parts are folded.
    """
    closer = name[-1:]
    if closer not in _CLOSERS or len(name) > MAX_SPLIT:
        return (fold_parameters(name), "") if _INDEXED.match(name) else (name, "")
    first = name.find("[") if closer == "]" else -1
    is_identifier = first > 0 and " " not in name[:first]  # pytest: test_param[[]
    at = first if is_identifier else _opening(name, closer)
    if at <= 0 or name[at - 1].isspace() or name[at:] == "()":
        return (name, "") if not _INDEXED.match(name) else (fold_parameters(name), "")
    return name[:at], fold_parameters(name[at:])


def repository_path(path: str | None) -> tuple[str | None, int | None]:
    """The path as the repository has it, and the line where the path names one.

    The folders that well-known CI services and code hosts' runners check out into are taken off;
    any other absolute path stays as it is, because nothing tells where the repository began:
    where a caller knows, `relative_to` has it.
    """
    if not path:
        return None, None
    path = path.strip().replace("\\", "/")
    line = None
    if found := _LINE_SUFFIX.match(path):
        path, line = found.group(1), int(found.group(2))
    path = _ROOTS.sub("", path).removeprefix("file://")
    while path.startswith("./"):
        path = path[2:]
    return path or None, line or None


def relative_to(path: str | None, root: str | None) -> str | None:
    """The path below `root` where it lies there, else as `repository_path` has it."""
    if path and root:
        root = root.replace("\\", "/").rstrip("/") + "/"
        path = path.replace("\\", "/").removeprefix(root)
    return repository_path(path)[0]


def safe_link(target: object) -> str | None:
    """The http(s) link or the relative path, fit to be shown; None for everything else."""
    if not isinstance(target, str) or not target or len(target) > MAX_SPLIT:
        return None
    if clean(target) != target:
        return None  # no file is called so, and PostgreSQL takes no NUL
    if target.startswith(("https://", "http://")):
        return target if not any(c.isspace() or c in "<>\"'`" for c in target) else None
    path = target.replace("\\", "/")
    path = _ROOTS.sub("", path)
    if _SCHEME.match(path) or path.startswith("/") or ".." in path.split("/"):
        return None
    return path
