from shop import search

from tests.factories import article

NAMES = ("Lamp", "Lantern", "Ladle", "Ladder", "Lacquer", "Lantern-glass")
LAMPS = [article(name) for name in NAMES]


def test_every_word_must_match():
    assert [a.name for a in search.find("lantern glass", LAMPS)] == ["Lantern-glass"]


def test_nothing_found_is_an_empty_list():
    assert search.find("sofa", LAMPS) == []


def test_suggestions_offer_the_lantern():
    assert "lantern" in search.suggest("la", LAMPS, limit=4)


def test_suggestions_start_with_what_was_typed():
    assert all(word.startswith("lad") for word in search.suggest("LAD", LAMPS))


def test_the_second_page_goes_on():
    assert search.page(LAMPS, 2, size=4) == LAMPS[4:]
