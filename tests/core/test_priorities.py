"""What a case's reports say of its priority."""

import pytest

from app.core.priorities import priority_of


@pytest.mark.parametrize(
    ("properties", "tags", "priority"),
    [
        ({"Priority": " High "}, (), "high"),
        ({"severity": "critical"}, (), "critical"),
        ({"severity": "critical", "priority": "1"}, (), "1"),
        ({}, ("smoke", "priority:high"), "high"),
        ({}, ("@Severity=minor",), "minor"),
        ({"priority": "low"}, ("priority:high",), "low"),
        ({"priority": " "}, ("severity:minor",), "minor"),
        ({"owner": "ada"}, ("smoke", "priority"), None),
    ],
)
def test_a_property_counts_before_a_tag_and_priority_before_severity(
    properties: dict[str, str], tags: tuple[str, ...], priority: str | None
) -> None:
    assert priority_of(properties, tags) == priority
