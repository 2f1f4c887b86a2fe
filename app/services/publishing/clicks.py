"""What stands behind a check run's buttons: kept as shown, read back when one is clicked."""

from collections.abc import Iterable, Mapping
from typing import Any
from uuid import UUID

from app.core.acts import ButtonName
from app.core.runs import RedRun
from app.render.view import Offer


def kept(offers: Iterable[Offer]) -> dict[str, Any]:
    """The buttons as a publication keeps them."""
    return {
        offer.button.value: {
            "cases": [one.hex for one in offer.cases],
            "runs": [[run.run_id, run.attempt] for run in offer.runs],
        }
        for offer in offers
    }


def offered(view: Mapping[str, Any], identifier: str) -> Offer | None:
    """The button that was clicked; None where the check run has none of that name."""
    told = view.get(identifier)
    if told is None or identifier not in set(ButtonName):
        return None
    return Offer(
        ButtonName(identifier),
        cases=tuple(UUID(hex=one) for one in told["cases"]),
        runs=tuple(RedRun(*run) for run in told["runs"]),
    )
