"""Cases that are taken by patterns are what the parser makes of them, one by one."""

import io

import pytest

from app.core.reports.junit_reader import JUnitReader
from app.core.reports.junit_runs import LEARNING, PlainRuns
from app.core.reports.ledger import Group, GroupKey, Ledger
from app.core.reports.limits import DEFAULTS
from app.core.reports.source import Source
from app.core.reports.xmlparse import NotWellFormed

CASE = '<testcase classname="C" name="{}" time="0.1"/>\n'
FAILED = '<testcase classname="C" name="f" time="1.5"><failure {}>{}</failure></testcase>\n'
BEFORE = "".join(CASE.format(f"case {n}") for n in range(LEARNING // len(CASE) + 2))
AFTER = "".join(CASE.format(f"later case {n}") for n in range(3))
SAYS = 'message="it broke" type="E"'


def read(inside: str, *, by_patterns: bool) -> dict[GroupKey, Group]:
    text = f'<testsuite name="S">\n{BEFORE}{inside}{AFTER}</testsuite>'
    ledger = Ledger(DEFAULTS)
    reader = JUnitReader(Source(io.BytesIO(text.encode()), DEFAULTS), ledger)
    if by_patterns:
        reader.xml.take = PlainRuns(reader).take
    for _ in reader.xml.walk():
        pass
    return ledger.take_groups()


@pytest.mark.parametrize(
    "inside",
    [
        FAILED.format(SAYS, "at x.py:1\n\tin y"),
        FAILED.format('type="E" message="it broke"', "at x.py:1"),
        FAILED.format("", "at x.py:1"),
        FAILED.format('message=""', "at x.py:1"),
        FAILED.format(SAYS, ""),
        FAILED.format('message="a &lt; b" type="E"', "at x.py:1"),
        FAILED.format('message="two\nlines\tand a tab"', "at x.py:1"),
        FAILED.format(SAYS, "a &lt; b"),
        FAILED.format(SAYS, "a\r\nb"),
        FAILED.format(SAYS, "<![CDATA[a < b]]>"),
        FAILED.format(SAYS, "a > b, „Grüße“ \x85 \u2028 \U0001f600"),
        FAILED.format('message="Grüße \U0001f600"', "at x.py:1"),
        FAILED.format(SAYS + ' line="3"', "at x.py:1"),
        FAILED.format(SAYS, "at x.py:1").replace("failure", "error"),
        FAILED.format(SAYS, "at x.py:1") * 3,
        FAILED.format(SAYS, "at x.py:1") + CASE.format("f"),
        CASE.format("f") + FAILED.format(SAYS, "at x.py:1"),
        FAILED.format(SAYS, "at x.py:1").replace('"C"', '"D"'),
        FAILED.format(SAYS, "at x.py:1").replace('"f"', '"&amp;"'),
        FAILED.format(SAYS, "x" * 40_000),
        FAILED.format(SAYS, "a") + "<!-- " + FAILED.format(SAYS, "b") + CASE.format("no") + "-->",
        f"<system-out><![CDATA[{FAILED.format(SAYS, 'no')}{CASE.format('no')}]]></system-out>",
        f'<testcase classname="C" name="o"><system-out>{CASE.format("no")}</system-out></testcase>',
        CASE.format("a &lt; b"),
        CASE.format("two\nlines"),
        CASE.format("a > b"),
        CASE.format("Grüße \u2028 \U0001f600"),
        CASE.format(""),
        CASE.format("n" * 600),
        CASE.format("once") + CASE.format("again") + CASE.format("once"),
    ],
)
def test_what_patterns_take_is_what_the_parser_makes_of_it(inside: str) -> None:
    assert read(inside, by_patterns=True) == read(inside, by_patterns=False)


@pytest.mark.parametrize(
    "inside",
    [
        FAILED.format(SAYS, "ends ]]> here"),
        FAILED.format(SAYS, "\x01"),
        FAILED.format(SAYS, "\ufffe"),
        FAILED.format('message="\x01"', "a"),
        FAILED.format('message="a < b"', "a"),
        FAILED.format('message="a" message="b"', "a"),
        FAILED.format('message="a & b"', "a"),
        CASE.format("\x01"),
        CASE.format("\uffff"),
        CASE.format("a < b"),
        CASE.format("a & b"),
    ],
)
def test_what_xml_forbids_is_no_case_of_a_pattern(inside: str) -> None:
    with pytest.raises(NotWellFormed):
        read(inside, by_patterns=False)
    with pytest.raises(NotWellFormed):
        read(inside, by_patterns=True)


@pytest.mark.parametrize("before", [0, 1, 40, 3_000])
@pytest.mark.parametrize(
    "flawed",
    [
        CASE.format("\x01"),
        CASE.format("a & b"),
        FAILED.format(SAYS, "\x01"),
        FAILED.format(SAYS, "at x.py:1") * 2 + FAILED.format(SAYS, "a & b"),
    ],
)
def test_a_flaw_is_said_of_its_own_line(flawed: str, before: int) -> None:
    inside = "".join(
        CASE.format(f"earlier {n}")
        + FAILED.format(SAYS, "at x.py:1\nin y").replace('"f"', f'"{n}"')
        for n in range(before)
    )
    lines = f"<testsuite>\n{BEFORE}{inside}{flawed}".rstrip().count("\n") + 1
    for by_patterns in (False, True):
        with pytest.raises(NotWellFormed) as caught:
            read(inside + flawed, by_patterns=by_patterns)
        assert caught.value.line == lines, by_patterns
