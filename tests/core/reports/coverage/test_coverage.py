"""Totals of coverage files, as tools write them and as nobody should."""

import re
from io import BytesIO

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.core.errors import BadInput
from app.core.reports import Limits
from app.core.reports.coverage import Coverage, coverage_of
from app.core.reports.coverage.totals import Count

COVERAGE_PY = b"""<?xml version="1.0" ?>
<coverage version="7.6.1" timestamp="1731920000000" lines-valid="120" lines-covered="90"
  line-rate="0.75" branches-covered="11" branches-valid="20" branch-rate="0.55" complexity="0">
<sources><source>/home/runner/work/shop/shop</source></sources>
<packages><package name="shop" line-rate="0.75"><classes><class name="cart.py" filename="cart.py">
<methods/><lines><line number="1" hits="1"/><line number="2" hits="0"/></lines>
</class></classes></package></packages></coverage>"""

COBERTURA = b"""<?xml version="1.0"?>
<!DOCTYPE coverage SYSTEM "http://cobertura.sourceforge.net/xml/coverage-03.dtd">
<coverage line-rate="0.66" branch-rate="0.5" version="1.9" timestamp="1187350905008">
<packages><package name="" line-rate="0.66"><classes><class name="Main" filename="Main.java">
<methods><method name="main" signature="()V"><lines><line number="10" hits="3"/></lines></method>
</methods><lines>
<line number="10" hits="3" branch="false"/>
<line number="16" hits="3" branch="true" condition-coverage="50% (1/2)"/>
<line number="17" hits="0" branch="false"/></lines></class></classes></package></packages>
</coverage>"""

JACOCO = b"""<?xml version="1.0" encoding="UTF-8" standalone="yes"?>
<!DOCTYPE report PUBLIC "-//JACOCO//DTD Report 1.1//EN" "report.dtd">
<report name="shop"><sessioninfo id="host-1" start="1" dump="2"/>
<package name="shop"><class name="shop/Cart"><counter type="LINE" missed="1" covered="2"/></class>
<counter type="LINE" missed="1" covered="2"/></package>
<counter type="INSTRUCTION" missed="9" covered="20"/><counter type="BRANCH" missed="3" covered="1"/>
<counter type="LINE" missed="5" covered="15"/></report>"""

LCOV = b"""TN:
SF:src/cart.js
FN:1,add
DA:1,1
DA:2,0
LF:2
LH:1
BRF:4
BRH:3
end_of_record
SF:src/till.js
DA:1,7
DA:2,7
DA:3,0
BRDA:2,0,0,7
BRDA:2,0,1,-
end_of_record
"""


def totals(data: bytes, *, limits: Limits | None = None) -> Coverage:
    return coverage_of(BytesIO(data), limits=limits or Limits())


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (COVERAGE_PY, Coverage("cobertura", Count(90, 120), Count(11, 20))),
        (COBERTURA, Coverage("cobertura", Count(2, 3), Count(1, 2))),
        (JACOCO, Coverage("jacoco", Count(15, 20), Count(1, 4))),
        (LCOV, Coverage("lcov", Count(3, 5), Count(4, 6))),
    ],
    ids=["coverage.py", "cobertura", "jacoco", "lcov"],
)
def test_the_totals_are_those_of_the_tool(data: bytes, expected: Coverage) -> None:
    assert totals(data) == expected


def test_a_file_that_several_tests_list_counts_once_with_its_fullest_record() -> None:
    twice = LCOV + LCOV.replace(b"LH:1", b"LH:2")

    assert totals(twice) == Coverage("lcov", Count(4, 5), Count(4, 6))


def test_what_was_not_counted_is_not_measured() -> None:
    found = totals(b"SF:a.js\nDA:1,1\nend_of_record\n")

    assert list(found.measurements()) == [
        ("coverage.lines.covered", 1, "lines"),
        ("coverage.lines.total", 1, "lines"),
    ]


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (
            JACOCO.replace(b'"report.dtd"', b'"report.dtd" [<!ENTITY a "b">]'),
            "Line 2: the coverage file declares entities or elements of its own,"
            " which is not read.",
        ),
        (COVERAGE_PY[:-20], "The coverage file cannot be read (unclosed token, line 7)."),
        (
            b"<coverage generated='1'><project/></coverage>",
            "The file is no coverage file of a format we read: Cobertura, JaCoCo, lcov.",
        ),
        (
            b"SF:a.js\nLF:1\nLH:2\nend_of_record\n",
            "The coverage file claims to have reached more lines than there are.",
        ),
    ],
    ids=["entities", "cut", "clover", "impossible"],
)
def test_what_cannot_be_counted_is_refused_in_a_sentence(data: bytes, said: str) -> None:
    with pytest.raises(BadInput, match=re.escape(said)):
        totals(data)


def test_nesting_is_bounded() -> None:
    deep = b'<coverage line-rate="1">' + b"<a>" * 50 + b"</a>" * 50 + b"</coverage>"

    with pytest.raises(
        BadInput, match=r"Line 1: the coverage file nests elements deeper than 20\."
    ):
        totals(deep, limits=Limits(max_depth=20))


@given(st.sampled_from([COVERAGE_PY, COBERTURA, JACOCO, LCOV]), st.data())
def test_a_damaged_file_is_counted_or_refused(whole: bytes, data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(whole)))
    end = data.draw(st.integers(start, len(whole)))
    damaged = whole[:start] + data.draw(st.binary(max_size=8)) + whole[end:]

    try:
        found = totals(damaged)
    except BadInput:
        return

    assert found.lines.is_plausible
    assert found.branches.is_plausible
