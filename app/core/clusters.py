"""Which failures say nearly the same: likeness of words, and where like ones are looked for.

Two texts are alike as their sets of words and pairs of words overlap (Jaccard). MinHash finds
the candidates: a text's hashes go into bands, and texts that are alike share a band nearly
always, so that only those in the same place of some band have to be compared.
"""

import re
import struct
from hashlib import blake2b
from itertools import pairwise
from typing import NamedTuple

from rensa import RMinHash

from app.core.categories import Categorized, Category
from app.core.frames import is_of_a_test
from app.core.signatures import Told

HASHES = 64  # of one text; more would find little more in texts of a few dozen words
BANDS = 16  # of 4 hashes: a likeness of .7 shares a band in 99 of 100 cases, one of .3 in 12
SEED = 4711  # never changed: bands are stored
ALIKE = 0.7  # likeness from which a text joins a cluster; one word of ten may differ
OF_THE_FIRST = 0.5  # likeness to the cluster's first text, at least: members must not drift away
MERGED = 0.75  # likeness to two clusters from which they turn out to be one
WORDS_USED = 100  # of a text
TELLING_WORDS = 3  # that a text must have, besides those that every assertion has

_WORD = re.compile(r"[A-Za-z]{2,40}")
_HUMPS = re.compile(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])")
_STOCK = frozenset(
    _WORD.findall(
        "a an and are as assert assertion be but by comparison contain contains equal "
        "equality equals error errors eq exception expect expectation expectations expected "
        "expects fail failed fails failure false for found from got has have in is it left "
        "match matched message met ne nil no none not null object of on or operator "
        "received require right should test tests than that the these to true undefined "
        "value values was were with actual java lang org junit opentest diff difference "
        "expanded expands instead mismatch strictly deep spec python builtins "
    )
)


class Wording(NamedTuple):
    """A failure's text as its likeness to others is measured."""

    words: tuple[str, ...]
    is_telling: bool  # whether two that have it can be taken to have one cause

    @property
    def text(self) -> str:
        """The words as they are stored."""
        return " ".join(self.words)


def wording_of(told: Told, found: Categorized | None) -> Wording:
    """The words of a failure: of its type and message, and its frames outside of tests.

    A test's own frame says where it failed, not why. A text that has nothing but numbers and
    the words of any assertion says too little to be taken for the same as another's.
    """
    helpers = [frame for frame in told.frames if not is_of_a_test(frame)]
    said = [word.lower() for word in _WORD.findall(told.text)][:WORDS_USED]
    names_kind = found is not None and found.category is not Category.ASSERTION
    is_telling = names_kind or bool(helpers) or len(_telling(told.text)) >= TELLING_WORDS
    return Wording((*said, *(frame.replace(" ", "_") for frame in helpers)), is_telling)


def likeness(one: str, other: str) -> float:
    """How alike two texts are, from 0 to 1: the share of words and pairs that both have."""
    mine, theirs = shingles(one), shingles(other)
    return len(mine & theirs) / len(mine | theirs) if mine or theirs else 1.0


def shingles(words: str) -> frozenset[str]:
    """The words of a text, and each with the next."""
    listed = words.split()
    return frozenset(listed) | {f"{one} {next_}" for one, next_ in pairwise(listed)}


def bands_of(words: str) -> tuple[int, ...]:
    """The place of a text in each band, as signed 64-bit numbers."""
    hashed = RMinHash(num_perm=HASHES, seed=SEED)
    hashed.update(sorted(shingles(words)))
    size = HASHES // BANDS
    hashes = hashed.digest()
    packed = [struct.pack(f">{size}I", *hashes[n : n + size]) for n in range(0, HASHES, size)]
    digests = [blake2b(band, digest_size=8).digest() for band in packed]
    return tuple(int.from_bytes(digest, "big", signed=True) for digest in digests)


def _telling(text: str) -> set[str]:
    """The words of a text that not every assertion has, names taken apart."""
    return {part.lower() for word in _WORD.findall(text) for part in _HUMPS.findall(word)} - _STOCK
