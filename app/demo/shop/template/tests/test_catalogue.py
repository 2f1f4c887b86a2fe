import pytest

from shop import catalogue


@pytest.fixture(scope="module", autouse=True)
def _own_catalogue():
    catalogue.forget()
    yield
    catalogue.forget()


def test_every_article_has_a_name_and_a_price():
    assert all(article.name and article.price > 0 for article in catalogue.load())


def test_numbers_are_unique():
    articles = catalogue.load()
    assert len({article.sku for article in articles}) == len(articles)


def test_an_article_is_found_by_its_number():
    assert catalogue.find("LMP-3").name == "Lantern"


def test_an_unknown_number_is_said():
    catalogue.load()
    with pytest.raises(catalogue.UnknownArticle, match="XXX-9"):
        catalogue.find("XXX-9")


def test_a_shelf_is_in_order():
    catalogue.load()
    assert [a.sku for a in catalogue.on_shelf("bulbs")][:2] == ["BLB-1", "BLB-2"]


def test_another_file_can_be_read(tmp_path):
    catalogue.load()
    file = tmp_path / "more.csv"
    file.write_text("sku,name,price,shelf\nCND-1,Candle,1.10,candles\n")
    assert [article.name for article in catalogue.load(file)] == ["Candle"]
