"""Whether a change touches the file that a case lives in, as far as its report tells that file."""

import re
from collections.abc import Collection, Iterable

GO_TESTS = "_test.go"
_INNER = re.compile(r"[$+]")  # before a class that lies within another, on the JVM and in .NET
_PARTS = re.compile(r"[.\\:]+")  # between namespaces, in any language
_IS_OF_TESTS = re.compile(r"test|spec", re.IGNORECASE)


def touches(changed: Collection[str], *, file: str | None, classname: str) -> bool:
    """Whether one of the changed paths is the case's own file.

    A report may name its file from a folder of the repository that nobody tells. One that names
    none has classes or packages: by them more than one file may be meant, and each counts.
    """
    if file is not None:
        ending = f"/{file.removeprefix('./').lstrip('/')}"
        return any(f"/{path}".endswith(ending) for path in changed)
    if "/" in classname:
        return any(_is_in_package(path, classname) for path in changed)
    stems = frozenset(_stems(classname))
    return bool(stems) and any(not stems.isdisjoint(_endings(path)) for path in changed)


def _is_in_package(path: str, package: str) -> bool:
    """Whether a file is a test of a Go package, which is called after its folder."""
    folder, _, _ = path.rpartition("/")
    return bool(folder) and path.endswith(GO_TESTS) and f"/{package}".endswith(f"/{folder}")


def _stems(classname: str) -> Iterable[str]:
    """What the class's file may be called, up to its extension: `com/acme/CartTest`, `CartTest`.

    Of many languages the folders are not the namespaces, and the class alone tells the file.
    """
    parts = [part for part in _PARTS.split(_INNER.split(classname)[0]) if part]
    if len(parts) > 1:
        yield "/".join(parts)
    if parts and parts[-1][:1].isupper() and (len(parts) > 1 or _IS_OF_TESTS.search(parts[0])):
        yield parts[-1]


def _endings(path: str) -> Iterable[str]:
    """The path without its file's extension, from each of its folders on."""
    folder, slash, name = path.rpartition("/")
    stem = f"{folder}{slash}{name.partition('.')[0]}"
    yield stem
    while "/" in stem:
        stem = stem.partition("/")[2]
        yield stem
