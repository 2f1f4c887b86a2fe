"""NUnit's names: a fixture's parameters tell its cases apart."""

import pytest

from tests.core.reports.reading_files import read_bytes


@pytest.mark.parametrize(
    ("told", "classname", "name"),
    [
        ('name="Adds" fullname="S.Cart.Adds" classname="S.Cart"', "S.Cart", "Adds"),
        ('name="Adds" fullname="S.Cart(42).Adds" classname="S.Cart"', "S.Cart(42)", "Adds"),
        (
            'name="Adds" fullname="S.Bag&lt;Int32&gt;.Adds" classname="S.Bag`1"',
            "S.Bag<Int32>",
            "Adds",
        ),
        ('name="Adds" fullname="S.Cart(42).Adds"', "S.Cart(42)", "Adds"),
        ('name="S.Cart.Adds"', "S.Cart", "Adds"),
        (
            'name="Adds" fullname="S.Cart(6f1c2d3e-0000-4abc-8def-0123456789ab).Adds"'
            ' classname="S.Cart"',
            "S.Cart(<uuid>)",
            "Adds",
        ),
    ],
)
def test_a_fixture_s_parameters_are_part_of_the_class(told: str, classname: str, name: str) -> None:
    (case,), _ = read_bytes(
        f'<test-run id="2"><test-suite type="TestFixture"><test-case id="1" {told}'
        ' result="Passed"/></test-suite></test-run>'
    )

    assert (case.classname, case.name) == (classname, name)
