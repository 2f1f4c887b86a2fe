import threading

import pytest

from shop.inventory import Inventory, SoldOut


def test_reserving_takes_from_the_stock(stock):
    stock.reserve("LMP-1", 2)
    assert stock.available("LMP-1") == 3


def test_more_than_there_is_cannot_be_reserved(stock):
    with pytest.raises(SoldOut, match="TLS-1"):
        stock.reserve("TLS-1", 2)


def test_two_buyers_cannot_share_the_last_one():
    stock = Inventory({"TLS-1": 1})
    sold = []

    def buy(name):
        try:
            stock.reserve("TLS-1", buyer=name)
        except SoldOut:
            return
        sold.append(name)

    buyers = [threading.Thread(target=buy, args=(name,)) for name in ("Ada", "Ben")]
    for buyer in buyers:
        buyer.start()
    for buyer in buyers:
        buyer.join()

    assert len(sold) == 1, f"the last ladder was sold to {len(sold)} buyers"


def test_restocking_is_written_down(stock):
    stock.restock("TLS-1", 4)
    assert stock.available("TLS-1") == 5
    assert stock.journal == ["4 TLS-1 came in"]


def test_what_runs_low_is_listed(stock):
    assert stock.running_low() == ["TLS-1"]
