from decimal import Decimal

import pytest

from shop.exports import export_orders


@pytest.fixture
def orders(book):
    return [book.place("Ada", Decimal("39.80"))]


def test_orders_are_exported(orders):
    file = export_orders(orders)
    assert file.read_text().splitlines() == ["number,customer,total", "1,Ada,39.80"]
    file.unlink()


def test_another_folder_can_be_named(orders, tmp_path):
    assert export_orders(orders, tmp_path).parent == tmp_path


def test_an_export_is_never_overwritten(orders, tmp_path):
    export_orders(orders, tmp_path)
    with pytest.raises(FileExistsError):
        export_orders(orders, tmp_path)
