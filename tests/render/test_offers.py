"""What can be acted on from a check run: its buttons, or commands instead, and the answers."""

from dataclasses import replace
from uuid import UUID

import pytest

from app.core.acts import ButtonName
from app.core.answers import Answer
from app.core.decide import Cause
from app.core.naming import KnownCase
from app.core.runs import RedRun
from app.render.check import BUTTONS, check_run, external_id
from app.render.run_view import FailedCase, run_view
from tests.render.views import PAGES, SHA, START, case, facts, job, mixed

RED = RedRun(7, 2)
EXCUSING = (ButtonName.QUARANTINE, ButtonName.DISMISS, ButtonName.ISSUE)
QUARANTINED = replace(
    case("a", Cause.FLAKY, decision="Quarantined by @ada until 2026-04-01."), is_quarantined=True
)


@pytest.mark.parametrize(
    ("cases", "buttons"),
    [
        ([], ()),
        ([case("a", Cause.NEW)], ()),
        ([case("a", Cause.UNKNOWN)], ()),
        ([case("a", Cause.BROKEN)], ()),
        ([case("a", Cause.OUTAGE)], ()),
        ([case("a", Cause.FLAKY, decision="Marked as not flaky by @ada.")], ()),
        ([QUARANTINED], (ButtonName.ISSUE, ButtonName.DISMISS)),
        ([replace(QUARANTINED, has_issue=True)], (ButtonName.DISMISS,)),
        ([case("a", Cause.FLAKY)], EXCUSING),
        ([case("a", Cause.FLAKY, is_rescued=True)], EXCUSING),
        ([case("a", Cause.FLAKY, decision="Marked."), case("b", Cause.FLAKY, number=2)], EXCUSING),
    ],
)
def test_buttons_are_there_only_where_something_can_be_acted_on(
    cases: list[FailedCase], buttons: tuple[ButtonName, ...]
) -> None:
    view = run_view(facts(*cases))

    assert tuple(offer.button for offer in view.offers) == buttons
    assert check_run(view).buttons == tuple(BUTTONS[one] for one in buttons)
    assert {offer.cases for offer in view.offers} == {
        (one.case_id,) for one in cases[-1:] if buttons
    }


def test_what_is_not_surely_flaky_is_not_quarantined_by_a_click() -> None:
    weak = case("a", Cause.FLAKY, number=1)
    weak = replace(weak, finding=replace(weak.finding, p_flaky=0.89))

    view = run_view(facts(weak, case("b", Cause.FLAKY, number=2)))

    held = run_view(facts(replace(weak, is_held_flaky=True)))
    quarantine, dismiss, _ = view.offers
    assert quarantine.cases == (UUID(int=2),)
    assert set(dismiss.cases) == {UUID(int=1), UUID(int=2)}
    assert held.offers[0].cases == (UUID(int=1),)


def test_failed_jobs_can_run_again_whatever_else_there_is_to_do() -> None:
    new = run_view(replace(facts(case("a")), red_runs=(RED,)))
    flaky = run_view(replace(facts(case("a", Cause.FLAKY)), red_runs=(RED,)))

    assert [offer.button for offer in new.offers] == [ButtonName.RERUN]
    assert new.offers[0].runs == (RED,)
    assert [offer.button for offer in flaky.offers] == [
        ButtonName.QUARANTINE,
        ButtonName.RERUN,
        ButtonName.DISMISS,
    ]


def test_a_change_that_may_have_mended_flaky_cases_is_asked_about_them() -> None:
    mended = (KnownCase(UUID(int=5), "cart::a <b>"), KnownCase(UUID(int=6), "cart::c"))

    view = run_view(replace(facts(), mended=mended))

    [offer] = view.offers
    assert (offer.button, offer.cases) == (ButtonName.STABLE, (UUID(int=5), UUID(int=6)))
    assert (
        "The change touches their files or names their issues, and they passed here: this may "
        "mend cart::a \\<b\\> and cart::c. If it does, Mark stable lets older flakes count no more."
    ) in check_run(view).summary


def test_where_no_click_would_come_to_us_commands_stand_instead_of_buttons() -> None:
    red = replace(facts(case("a", Cause.FLAKY), jobs=(job(),)), hears_clicks=False)
    named = replace(red.cases[0], called="a")
    red = replace(red, cases=(named,))

    check = check_run(run_view(replace(red, is_in_pull_request=True)))
    elsewhere = check_run(run_view(red))

    assert (check.buttons, elsewhere.buttons) == ((), ())
    assert "Answer: `/flakeguard quarantine a`" in check.summary
    assert "Answer in a comment on the pull request; `/flakeguard help` says with" in check.summary
    assert "/flakeguard" not in elsewhere.summary


def test_buttons_keep_within_githubs_limits() -> None:
    assert set(BUTTONS) == set(ButtonName)
    for name, button in BUTTONS.items():
        assert button.identifier == name.value
        assert len(button.identifier) <= 20
        assert len(button.label) <= 20
        assert len(button.description) <= 40


def test_an_answer_is_said_first_and_leads_on() -> None:
    answers = (
        Answer(START, "@rita may not write to <b>, so nothing was changed."),
        Answer(START, "@ada: choose them on their pages.", f"{PAGES}/r/shop/cart"),
    )

    view = run_view(replace(facts(case("a", Cause.FLAKY)), answers=answers))

    said = check_run(view).summary.split("\n\n")
    assert said[:2] == [
        "> 2026-03-01 12:00 UTC: @\u200brita may not write to \\<b\\>, so nothing was changed.",
        "> 2026-03-01 12:00 UTC: @\u200bada: choose them on their pages."
        f" [See there]({PAGES}/r/shop/cart)",
    ]


def test_the_check_run_is_found_again_by_its_commit() -> None:
    said = check_run(mixed())

    assert (said.external_id, said.head_sha) == (external_id(SHA), SHA)
    assert said.external_id == f"flakeguard:{SHA}"
    assert (said.conclusion, said.details_url) == ("neutral", f"{PAGES}/r/shop/cart")
