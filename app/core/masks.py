"""What changes from run to run in a failure's message, masked."""

import re

TEXT_USED = 500  # characters of a masked message: what follows is detail of the one run
TEXT_MASKED = 4 * TEXT_USED  # characters looked at for them
MASKED = "#"

_ESCAPES = re.compile(r"\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]{0,300}(?:\x07|\x1b\\)|[@-_])")
_HEX = "[0-9a-fA-F]"
# Behind its first digit. Addresses that are given out begin with four digits or, in short, with a
# double colon, so that `e2e::add` is none; a port may follow as if it were one more group.
_END_OF_IPV6 = r"(?:(?:\.[0-9]{1,3}){3})?(?:%\w{1,20})?(?::[0-9]{1,5})?(?![\w:])"
_IPV6 = (
    rf"(?:{_HEX}{{0,3}}(?::{_HEX}{{1,4}}){{7}}"
    rf"|(?=[a-fA-F:]*[0-9]|(?<=[0-9])){_HEX}{{3}}(?::{_HEX}{{1,4}}){{0,6}}::"
    rf"(?:{_HEX}{{1,4}}(?::{_HEX}{{1,4}}){{0,6}})?){_END_OF_IPV6}"
)
_SHORT_IPV6 = (  # behind its first colon
    rf"(?=[a-fA-F:]*[0-9]):{_HEX}{{1,4}}(?::{_HEX}{{1,4}}){{0,6}}{_END_OF_IPV6}"
)
_NUMBER = r"[0-9]+(?:[.,][0-9]+)?"
_LONG_UNIT = r"(?:d|days?|h|hrs?|hours?|m|mins?|minutes?)"
_UNIT = rf"(?:{_LONG_UNIT}|[mun\u00b5]?s|secs?|seconds?|milliseconds?)"
_ISO_TIME = rf"T(?:-?{_NUMBER}[HMS]){{1,3}}"
_SIGN = re.compile(r"[-+](?=[0-9])(?<![^\s(\[{=:,<>].)")  # of a number, and no hyphen
# Each alternative begins with a letter or a set of them, so that most letters are passed by
# quickly; none can begin where another has just failed further on, so the time is linear.
_CHANGING = re.compile(
    r"'(?<!\w')[^'\n]*'(?!\w)"
    r"|\"[^\"\n]*\""
    r"|`[^`\n]*`"
    r"|\u2018[^\u2018\u2019\n]*\u2019|\u201c[^\u201c\u201d\n]*\u201d|\u00ab[^\u00ab\u00bb\n]*\u00bb"
    r"|<(?<=:<)[^<>\n]*>"  # JUnit's expected:<1> but was:<2>
    r"|[0-9](?<![A-Za-z_].)(?:"
    r"(?<=0)x[0-9a-fA-F]+"
    rf"|{_IPV6}"
    rf"|[0-9]*(?:[.,][0-9]+)? ?{_LONG_UNIT}(?:,? ?{_NUMBER} ?{_UNIT}){{1,5}}\b"  # 1h2m3s
    r"|[0-9]{3}-[0-9]{2}-[0-9]{2}(?:[T ][0-9]{2}:[0-9]{2}[0-9:.,]*(?:Z|[+-][0-9]{2}:?[0-9]{2})?)?"
    r"|[0-9a-fA-F]{7}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}\b"
    r"|(?=[0-9]*[a-f])[0-9a-f]{6,63}\b"
    r"|(?=[0-9]*[A-F])[0-9A-F]{15,63}\b"
    r"|(?<=@.)[0-9a-f]{3,15}\b"  # Java's identity hash
    r"|[0-9]*(?:[.,:][0-9]+)*(?:[eE][+-]?[0-9]+\b)?"
    r"(?: ?(?:ms|milliseconds?|[mun\u00b5]?s|secs?|seconds?|mins?|minutes?"
    r"|h|hours?|[AaPp][Mm])\b)?)"
    r"|[0-9]+(?:[.,:][0-9]+)*"
    rf"|:(?<![\w:].){_SHORT_IPV6}"
    rf"|\[(?=[0-9a-fA-F:.%\w]{{2,60}}\])(?::{_SHORT_IPV6}|{_HEX}{_IPV6})\](?::[0-9]{{1,5}})?"
    rf"|P(?<!\w.)(?:(?:-?{_NUMBER}[YMWD]){{1,4}}(?:{_ISO_TIME})?|{_ISO_TIME})\b"
    r"|t(?<!\w.)mp(?:(?!_[a-z_]+\b)[a-z0-9_]{8}|\.?(?=[A-Za-z]*[0-9])[A-Za-z0-9]{6,10})\b"
    rf"|[a-fA-F](?<![0-9A-Za-z_].)(?:{_IPV6}"
    r"|[0-9a-fA-F]{7}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}\b"
    r"|(?=[a-f]*[0-9])[0-9a-f]{6,63}\b"  # a commit, a digest
    r"|(?=[A-F]*[0-9])[0-9A-F]{15,63}\b)"  # in capitals only what is too long for a code's name
    r"|/(?:[\w.@+-]+/)+[\w.@+-]*|[A-Za-z]:\\(?<![A-Za-z]...)[^\s'\":]*"
    r"|(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun|Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)"
    r"(?:,? (?=[0-9])|,? (?=[JFMASOND][a-z][a-z] ))"
)


def plain_text(text: str) -> str:
    """The text without a terminal's escape sequences."""
    return _ESCAPES.sub("", text) if "\x1b" in text else text


def masked(text: str) -> str:
    """The beginning of a text with its changing parts masked: equal causes say equal things.

    Numbers with their signs, durations, dates, addresses, ports, hex, UUIDs, digests, paths,
    names of temporary files and quoted values. At most TEXT_USED characters, blanks drawn
    together; linear in the length, of which TEXT_MASKED characters are looked at.
    """
    text = _SIGN.sub("", plain_text(text[:TEXT_MASKED]))
    return " ".join(_CHANGING.sub(MASKED, text).split())[:TEXT_USED]
