"""Which page an address means; whatever else it may be, it is none."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.core.our_pages import PageKind, PageMeant, page_meant

OURS = "https://flakes.example.com/tool"
CASE = "0d9c5b0e-6f3c-4e0c-9d4b-1f6a3a0f1c55"


@pytest.mark.parametrize(
    ("path", "meant"),
    [
        ("/r/acme/shop", PageMeant(PageKind.REPOSITORY, "acme/shop")),
        ("/r/acme/shop/", PageMeant(PageKind.REPOSITORY, "acme/shop")),
        ("/r/group/in/shop?page=2&amp;x=1#top", PageMeant(PageKind.REPOSITORY, "group/in/shop")),
        (f"/r/acme/shop/cases/{CASE}", PageMeant(PageKind.CASE, "acme/shop", CASE)),
        ("/r/acme/shop/outages/12", PageMeant(PageKind.OUTAGE, "acme/shop", "12")),
        ("/r/acme/shop/clusters/7", PageMeant(PageKind.CLUSTER, "acme/shop", "7")),
        ("/account", None),
        ("/r/acme", None),
    ],
)
def test_each_kind_of_page_is_known_by_its_address(path: str, meant: PageMeant | None) -> None:
    assert page_meant(OURS + path, OURS) == meant


@pytest.mark.parametrize(
    "url",
    [
        "http://flakes.example.com/tool/r/acme/shop",
        "https://flakes.example.com.evil.test/tool/r/acme/shop",
        "https://flakes.example.com@evil.test/tool/r/acme/shop",
        "https://flakes.example.com/r/acme/shop",
        "https://[/tool/r/acme/shop",
    ],
)
def test_other_addresses_are_no_pages_of_ours(url: str) -> None:
    assert page_meant(url, OURS) is None


@given(st.text())
def test_any_text_is_an_address_or_none(text: str) -> None:
    page_meant(OURS + text, OURS)
    page_meant(text, OURS)
