"""Every format we read, in the order in which they are tried; a new one is a line here."""

from app.core.reports import (
    allure,
    ctest,
    ctrf,
    cucumber,
    dart,
    gotest,
    jest,
    junit,
    mocha,
    mochawesome,
    nunit,
    playwright,
    pytest_json,
    reportlog,
    robot,
    rspec,
    tap,
    trx,
    vitest,
    xunitnet,
)
from app.core.reports.formats import Format
from app.core.reports.source import Head, Source

FORMATS: tuple[Format, ...] = (
    junit.FORMAT,
    trx.FORMAT,
    nunit.FORMAT,
    xunitnet.FORMAT,
    robot.FORMAT,
    ctest.FORMAT,
    playwright.FORMAT,
    jest.FORMAT,
    vitest.FORMAT,
    ctrf.FORMAT,
    mochawesome.FORMAT,
    mocha.FORMAT,
    mocha.STREAM_FORMAT,
    reportlog.FORMAT,
    pytest_json.FORMAT,
    rspec.FORMAT,
    cucumber.FORMAT,
    gotest.FORMAT,
    dart.FORMAT,
    allure.FORMAT,
    tap.FORMAT,  # the last: TAP is any text with a line that begins with "ok 1"
)


def format_in(source: Source) -> Format | None:
    """The format of a report, be it after a few lines that a tool printed before it."""
    known = format_of(source.head)
    first = source.head
    if known is None:
        known = next(filter(None, map(format_of, source.later_beginnings())), None)
    if known is None:
        source.head = first
    return known


def format_of(head: Head) -> Format | None:
    """The format that recognises this beginning, or None."""
    return next((known for known in FORMATS if known.recognises(head)), None)
