"""Stack traces: the frames that are the repository's own, innermost first, in any runner's format.

A frame is known by its file and function, never by its line: a change further up moves lines.
Each line is looked at once and cut to a bounded length, so hostile text costs what it weighs.
"""

import re
from functools import lru_cache

FRAMES_USED = 3  # innermost frames of the repository; further out is how the test got there
FRAMES_SEEN = 6  # likewise, also those that a recursion repeats
TRACE_USED = 8_000  # characters looked at, at the end that holds the innermost frame
LINE_USED = 300  # characters of a line; what is longer is data, not a frame
LINES_USED = 120  # lines looked at
LINES_KEPT = 4_096  # lines whose frames are remembered: failures of a report share most of them
PATHS_KEPT = 2_048  # likewise
VITEST_MARK = "\u276f"  # begins its frames
PLACE_PARTS = 2  # of a path: folder and file; what stands before differs from runner to runner

_LIBRARIES = re.compile(
    r"site-packages|dist-packages|lib/python\d|\bpython\d?(?:\.\d+)?/lib\b|<frozen|<string>|<stdin>"
    r"|importlib|_pytest/|node_modules|node:|internal/(?:process|timers|modules)"
    r"|/gems/|/ruby/\d|/rubies/|<internal:|vendor/|phar://|/rustc/|\.cargo|library/(?:std|core|test)"
    r"|/go/src/|pkg/mod/|/libexec/|\.pub-cache|dart:|package:(?:test|test_api|stack_trace|flutter)\b"
    r"|/usr/(?:lib|include|share)|hostedtoolcache|Xcode|XCTest|/lib/(?:ex_unit|elixir)|\.nuget"
)
_LIBRARY_PACKAGES = (
    "java.", "javax.", "jakarta.", "jdk.", "sun.", "com.sun.", "kotlin.", "kotlinx.", "scala.",
    "groovy.", "org.codehaus.groovy.", "clojure.", "android.", "androidx.", "dalvik.",
    "junit.", "org.junit.", "org.testng.", "org.hamcrest.", "org.assertj.", "org.mockito.",
    "org.opentest4j.", "org.scalatest.", "io.kotest.", "org.spockframework.", "org.gradle.",
    "org.apache.maven.", "org.springframework.", "io.netty.", "reactor.", "org.hibernate.",
    "org.openqa.selenium.", "com.codeborne.selenide.", "com.google.common.", "Shouldly.",
    "System.", "Microsoft.", "Xunit.", "NUnit.", "FluentAssertions.", "Moq.", "lambda_",
)  # fmt: skip

_PYTHON = re.compile(r'File "([^"]+)", line \d+(?:, in (.+))?')
_PYTEST = re.compile(r"([^\s:]+\.py):\d+:(?: in (\S+))?")
_RUBY = re.compile(r"([^\s:]+\.(?:rb|feature)):\d+(?::in [`']([^']*)')?")
_PHP = re.compile(r"(?:#\d+ )?([^\s:()]+\.php)(?::|\()\d+\)?(?:: ([\w\\:>-]+))?")
_DART = re.compile(r"((?:package:)?[\w./-]+\.dart)(?::| )\d+(?::\d+)?(?:\s+(\S+))?")
_DART_NUMBERED = re.compile(r"#\d+\s+([^\s(]+) \(((?:package:)?[\w./-]+\.dart)\b")
_JVM_PLACE = re.compile(
    r"[\w$-]+\.(?:java|kt|kts|scala|groovy|clj)(?::\d+)?|Unknown Source|Native Method"
)
_NET_PLACE = re.compile(r"\) in (.+):(?:line )?\d+$")
_SOURCE = re.compile(  # any other language's file with a line number
    r"\.(?:go|rs|swift|exs?|erl|cpp|cc|cxx|c|hpp|h|mm?|tsx?|jsx?|mjs|cjs|vue|robot|lua|pl|t|hs|ml"
    r"|zig|nim|jl)(?::|\(| line )\d"
)
_NAMELESS = re.compile(
    r"<[^<>]*>|\$?lambda\S*|\bfunc\d+\b|[{}]|\bblock(?: \(\d+ levels\))? in\b|\(test\)"
)
_NUMBER = re.compile(r"\d+")
_INNERMOST_LAST = re.compile(r'File "[^"\n]{1,300}", line \d|\.py:\d+:')


def own_frames(trace: str | None) -> tuple[str, ...]:
    """The innermost frames that no library owns: `folder/file:function`, innermost first.

    At most FRAMES_USED. Of a chain of causes in Java's way, those of the innermost cause.
    """
    if not trace:
        return ()
    found: list[str] = []
    left = FRAMES_SEEN
    for line in _lines(trace):
        if "." not in line or not (frame := _frame(line[:LINE_USED].strip())):
            continue
        left -= 1
        if frame not in found:
            found.append(frame)
        if len(found) == FRAMES_USED or not left:
            break
    return tuple(found)


def is_of_a_test(frame: str) -> bool:
    """Whether a frame is a test's own, and so says where it failed rather than why."""
    file, _, function = frame.partition(":")
    name = file.rpartition("/")[2]
    if name.startswith("conftest"):
        return False
    return bool(_TEST_FILE.search(name)) or function.lower().startswith(("test", "it "))


_TEST_FILE = re.compile(
    r"^tests?[_.-]|[_.-](?:tests?|spec|cy|e2e)\b|(?:^|[a-z0-9#])(?:Tests?|Spec|TestCase)(?:\.\w+)?$"
    r"|^tests?\.\w+$|\.feature$"
)


def _lines(trace: str) -> list[str]:
    """Lines to look at, the innermost frame's first."""
    if _INNERMOST_LAST.search(trace, 0, TRACE_USED) is not None:
        return trace[-TRACE_USED:].splitlines()[: -LINES_USED - 1 : -1]
    cause = trace.rfind("\nCaused by: ", 0, 4 * TRACE_USED)
    begin = max(cause, 0)
    return trace[begin : begin + TRACE_USED].splitlines()[:LINES_USED]


@lru_cache(maxsize=LINES_KEPT)
def _frame(line: str) -> str | None:
    """What frame of the repository's own a line is; None for any other line."""
    if line.startswith("at "):
        return _after_at(line[3:])
    if line.startswith('File "'):
        return _matched(_PYTHON, line)
    if ".py:" in line:
        return _matched(_PYTEST, line)
    if ".rb:" in line or ".feature:" in line:
        return _matched(_RUBY, line.removeprefix("# "))
    if ".php" in line:
        return _matched(_PHP, line)
    if ".dart" in line:
        if found := _DART_NUMBERED.match(line):
            return _named(found[2], found[1])
        return _matched(_DART, line)
    return _placed(line)


def _after_at(rest: str) -> str | None:
    """A frame after the word `at`: JavaScript, the JVM, .NET, Rust's and Go's places."""
    before, opened, inside = rest.partition("(")
    place, is_line, _ = (inside or before).rstrip(")").rpartition(":")
    path, is_place, number = place.rpartition(":")
    if is_line and is_place and number.isdecimal() and "." in path:  # path:line:column
        return _named(path, before.partition(" [as ")[0] if opened else None)
    if not opened:
        return _placed(rest)
    if _JVM_PLACE.fullmatch(inside.rstrip(")")):
        name = before.rpartition("/")[2]
        owner, _, function = name.rpartition(".")
        owner = owner.partition("$")[0].replace(".", "/")
        return None if name.startswith(_LIBRARY_PACKAGES) else _named(owner, function)
    owner, _, function = before.rpartition(".")
    if not owner or " " in before or inside.startswith("<") or before.startswith(_LIBRARY_PACKAGES):
        return None
    placed = _NET_PLACE.search(rest)
    return _named(placed[1] if placed else owner.replace(".", "/"), function)


def _placed(line: str) -> str | None:
    """A line that names a source file of any other language, and where in it."""
    found = _SOURCE.search(line)
    if found is None:
        return None
    words = line[: found.start()].replace("(", " ").split()
    if not words:
        return None
    path = words[-1] + found[0].partition("(")[0].partition(":")[0].partition(" ")[0]
    is_called = len(words) == len((VITEST_MARK, "function", path)) and words[0] == VITEST_MARK
    return _named(path, words[1] if is_called else None)


def _matched(pattern: re.Pattern[str], line: str) -> str | None:
    found = pattern.match(line)
    return found and _named(found[1], found[2] if pattern.groups > 1 else None)


def _named(path: str, function: str | None) -> str | None:
    """A frame by its place and function, unless a library owns it."""
    place = _place(path)
    if place is None:
        return None
    called = _NAMELESS.sub("", function).strip(" .:`'") if function else ""
    return _NUMBER.sub("#", f"{place}:{called}")


@lru_cache(maxsize=PATHS_KEPT)
def _place(path: str) -> str | None:
    """A file without what differs from runner to runner; None for a library's."""
    if _LIBRARIES.search(path):
        return None
    parts = path.replace("\\", "/").split("/")[-PLACE_PARTS:]
    return "/".join(part for part in parts if part not in {"", ".", ".."}) or None
