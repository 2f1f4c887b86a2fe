"""What kind of trouble a failure names, by rule: the first rule that finds its words wins."""

import re
from dataclasses import dataclass
from enum import StrEnum

from app.core.masks import TEXT_MASKED, plain_text

SHOWN = 80  # characters of what was found


class Category(StrEnum):
    """The kinds, in the order in which their rules are tried: the more telling ones first."""

    TIMEOUT = "time-out"
    NETWORK = "network"
    RESOURCE = "resource leak"
    CONCURRENCY = "concurrency"
    ENVIRONMENT = "environment"
    ORDER = "order"
    RANDOM = "random data"
    CLOCK = "clock"
    ASSERTION = "assertion"


class Place(StrEnum):
    """Where the words stood."""

    TYPE = "type"
    MESSAGE = "message"


@dataclass(frozen=True, slots=True)
class Categorized:
    """A failure's kind with its reason: the words that name it, and where they stand."""

    category: Category
    words: str  # as the failure has them, cut
    place: Place


# Each is a list of words that runners, drivers and operating systems print. No pattern begins
# with a repetition and none has one without a bound, so the time is linear.
_RULES: tuple[tuple[Category, str], ...] = (
    (
        Category.TIMEOUT,
        r"time-?d?[ -]?out|deadline[ _]?exceeded|exceeded (?:the )?(?:deadline|timeout)"
        r"|took (?:longer|too long)|did not (?:complete|finish|respond|become \w{1,30}) (?:with)?in"
        r"|\bETIMEDOUT\b|no response (?:with)?in|gave up waiting|still waiting after",
    ),
    (
        Category.NETWORK,
        r"\bE(?:CONN(?:REFUSED|RESET|ABORTED)|NOTFOUND|AI_AGAIN|PIPE|HOSTUNREACH|NETUNREACH)\b"
        r"|connection (?:was |is )?(?:refused|reset|aborted|closed|lost|terminated|error)"
        r"|socket hang ?up|getaddrinfo|name or service not known|name resolution|no such host"
        r"|no route to host|network (?:is )?(?:unreachable|error)|\bnet::ERR_\w{1,60}|broken pipe"
        r"|UnknownHost|(?:Connect|Connection(?!Pool)\w{0,20}|Socket|SSL|Http|URL)"
        r"(?:Exception|Error)\b|ssl handshake|tls handshake|certificate verify failed"
        r"|\b50[234]\b ?(?:bad gateway|service unavailable|gateway)|bad gateway|fetch failed"
        r"|service unavailable|\bdial tcp\b|failed to (?:connect|fetch)|could not connect"
        r"|unexpected end of (?:stream|file from server)|remote end closed",
    ),
    (
        Category.RESOURCE,
        r"\bE(?:MFILE|NFILE|NOMEM|NOSPC|ADDRINUSE|DQUOT)\b|too many open files|out of memory"
        r"|OutOfMemory|\bMemoryError\b|heap (?:limit|space|out of)|cannot allocate memory"
        r"|no space left|disk (?:is )?full|address already in use|\S{1,20} (?:is )?already in use"
        r"|resource leak|\bleak(?:s|ed|ing)?\b|ResourceWarning|unclosed <?\w"
        r"|(?:pool|connections?) (?:is |are )?exhausted|too many (?:connections|clients)"
        r"|quota exceeded"
        r"|unable to create (?:new )?native thread|can't start new thread|open handles?",
    ),
    (
        Category.CONCURRENCY,
        r"dead ?lock|data race|race condition|ConcurrentModification|lock wait"
        r"|could not (?:serialize|obtain lock)|database (?:table )?is locked|StaleElement"
        r"|stale element|element is not attached|OptimisticLock|changed size during iteration"
        r"|all goroutines are asleep|concurrent map|InterruptedException|BrokenBarrier"
        r"|event loop is closed|attached to a different loop|serialization failure"
        r"|not wrapped in act\(|was destroyed but it is pending|(?:LockTimeout|LockError)",
    ),
    (
        Category.ENVIRONMENT,
        r"\bE(?:NOENT|ACCES|PERM|ROFS)\b|no module named|ModuleNotFound|cannot find module"
        r"|(?:ClassNotFound|NoClassDefFound|UnsatisfiedLink|FileNotFound|DllNotFound)"
        r"|command not found|no such file or directory|permission denied|access is denied"
        r"|executable (?:doesn't exist|not found)|environment variable|is not installed"
        r"|not reachable|session not created|cannot open shared object|unsupported locale"
        r"|docker daemon|could not find \w{1,20} executable|unable to locate|cannot load such file"
        r"|could not load file or assembly|collection failure|\bImportError\b|\bLoadError\b",
    ),
    (
        Category.ORDER,
        r"already (?:exists|registered|defined|initiali[sz]ed|started|been \w{1,20})"
        r"|duplicate (?:key|entry|name|column)|unique constraint|(?:UniqueViolation|DuplicateKey)"
        r"|IntegrityError|(?:relation|table) \S{1,80} (?:does not|doesn't) exist|no such table"
        r"|left ?over|left behind|not cleaned up|order[- ]dependent|unexpected existing",
    ),
    (
        Category.RANDOM,
        r"falsifying example|\brandom(?:ly|ness)?\b|\bseed(?:ed)?\b ?[=:#]?|faker|shuffl(?:e|ed)"
        r"|\bhypothesis\b|quickcheck|\bproperty failed\b|counterexample|\bfuzz",
    ),
    (
        Category.CLOCK,
        r"time ?zone|daylight sav|\bDST\b|\bclock\b|leap (?:year|second|day)|\bepoch\b"
        r"|(?:has|is|was|already) expired|not yet valid|in the (?:past|future)\b|\bUTC\b"
        r"|\bmidnight\b"
        r"|\byesterday\b|\btomorrow\b|\d{4}-\d\d-\d\d.{0,80}\d{4}-\d\d-\d\d",
    ),
    (
        Category.ASSERTION,
        r"assert|\bexpect(?:ed|ation|ing)?\b(?:\(\w{1,30}\))?|ComparisonFailure"
        r"|\bshould (?:be|have|equal|contain|match)\b|\bto (?:be|equal|have|match|contain)\b"
        r"|\bwant(?:ed)?\b.{1,80}\bgot\b|\bgot\b.{1,80}\bwant(?:ed)?\b|!=|\bmismatch\b|\bREQUIRE\b"
        r"|check_(?:eq|ne)\b|is not true\b|\bto match\b",
    ),
)
RULES = tuple((category, re.compile(words, re.IGNORECASE)) for category, words in _RULES)


def category_of(type_: str | None, message: str | None) -> Categorized | None:
    """The kind of trouble that a failure's type or message names; None when no rule knows it.

    For each rule the message is read before the type, as its words are the more telling; but a
    type that names a kind comes before a message that only says what was expected.
    """
    said = plain_text((message or "")[:TEXT_MASKED])
    kind = plain_text((type_ or "")[:SHOWN])
    for category, words in RULES:
        for place, text in ((Place.TYPE, kind), (Place.MESSAGE, said)):
            if found := words.search(text):
                return Categorized(category, _whole(text, *found.span())[:SHOWN], place)
    return None


def _whole(text: str, begin: int, end: int) -> str:
    """What was found with the rest of the words it stands in."""
    before = _WORD_BEFORE.search(text[max(0, begin - SHOWN) : begin])
    after = _WORD.match(text[end : end + SHOWN])
    head = before[0] if before and text[begin].isalnum() else ""
    tail = after[0] if after and text[end - 1].isalnum() else ""
    return f"{head}{text[begin:end]}{tail}".strip()


_WORD = re.compile(r"\w+")
_WORD_BEFORE = re.compile(r"(?<!\w)\w+$")
