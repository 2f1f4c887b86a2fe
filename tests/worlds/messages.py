"""What runners write of failures: a wording that stays, with parts that change each time."""

from random import Random

BUGS = (
    "AssertionError: expected {a} but was {n}",
    "TypeError: unsupported operand for {word}",
    "KeyError: '{word}'",
    "NullPointerException: {word} is null",
    "ValueError: {word} out of range: {n}",
    "AssertionError: status was 500, wanted 200",
    "IndexError: list index out of range",
    "TimeoutError: {word} not ready after {n} ms",
)
FLAKES = {
    "timing": (
        "TimeoutError: {word} not ready after {n} ms",
        "AssertionError: took {n} ms, limit {a} ms",
    ),
    "order": ("AssertionError: {word} already exists", "AssertionError: expected {a} but was {n}"),
    "clock": ("AssertionError: expected day {a} but was day {n}", "AssertionError: date differs"),
    "network": (
        "ConnectionResetError: peer closed {ip}",
        "ReadTimeout: no answer from {ip} in {n} ms",
    ),
    "shared": ("AssertionError: {word} count was {n}, wanted {a}", "Deadlock found on {word}"),
    "random": ("ValueError: {word} out of range: {n}", "AssertionError: {n} != {a}"),
    "concurrency": (
        "AssertionError: lost update of {word}",
        "IllegalStateException: {word} closed",
    ),
    "leak": ("OSError: too many open files: /tmp/run-{hex}", "MemoryError: {n} MB in use"),
    "fixture": ("RuntimeError: {word} server did not start (pid {n})", "setup of {word} failed"),
    "burst": (
        "StaleElementError: {word} detached",
        "AssertionError: {word} not visible after {n} ms",
    ),
}
OUTAGES = {
    "host": (
        "HTTPError: 503 from {ip}",
        "getaddrinfo failed for upstream",
        "connection refused {ip}",
    ),
    "database": ("OperationalError: server closed the connection", "connection to {ip} timed out"),
    "runner": ("getaddrinfo failed for upstream", "Temporary failure in name resolution"),
    "disk": ("OSError: [Errno 28] No space left on device: '/home/runner/_temp/{hex}'",),
}
IMAGES = (
    "locale.Error: unsupported locale setting",
    "SSLError: legacy renegotiation disabled",
    "ImportError: GLIBC_2.38 not found",
    "FontNotFound: {word}",
)
WORDS = ("cart", "queue", "session", "invoice", "cursor", "panel", "lease", "bucket")


def wording(chance: Random, templates: tuple[str, ...]) -> str:
    """One template with the part filled in that stays the same."""
    template = chance.choice(templates).replace("{word}", chance.choice(WORDS))
    return template.replace("{a}", str(chance.randint(2, 200)))


def written(chance: Random, wording: str) -> str:
    """A wording with the parts filled in that change each time."""
    return (
        wording.replace("{n}", str(chance.randint(201, 30_000)))
        .replace("{hex}", f"{chance.getrandbits(32):08x}")
        .replace("{ip}", f"10.0.{chance.randrange(256)}.{chance.randrange(256)}:443")
    )
