"""The sentences of the plan, of what flakes cost, and of how right we were."""

from app.core.accuracy import Accuracy, Bin
from app.core.costs import Cost
from app.core.plan import Advice, Hidden, PlanLine
from app.render.words import counted, day, percent
from app.render.words.decisions import WHY_NOT

FORMULA = (
    "Over the last 30 days. Failed runs: attempts in which the case flaked. Re-runs: attempts that "
    "followed such a one, shared equally among all cases that failed there. Minutes: of the jobs "
    "that ran again, shared likewise. Money: minutes times the rate of the runner's label in "
    "RUNNER_RATES; minutes of other runners are said to have none. Rescued: pull requests with a "
    "red run in which nothing failed but flakes."
)
ALL = 1 - 1e-9  # of the minutes; they are sums of shares


def cost_said(cost: Cost) -> str:
    """What was lost: `3 failed runs, 1.5 re-runs, 12 job minutes, 0.10 of money`."""
    unrated = f"{cost.unrated:.0f}"
    is_all = cost.unrated > 0 and cost.unrated >= cost.minutes * ALL
    rate = ""
    if is_all:
        rate = " without a rate"
    elif unrated != "0":
        rate = f" ({unrated} without a rate)"
    parts = [
        counted(cost.failed_runs, "failed run"),
        _amount(f"{cost.reruns:.1f}".removesuffix(".0"), "re-run"),
        _amount(f"{cost.minutes:.0f}", "job minute") + rate,
    ]
    if cost.money is not None and not is_all:
        parts.append(f"{cost.money:.2f} of money")
    if cost.rescued:
        parts.append(f"{counted(len(cost.rescued), 'pull request')} rescued")
    return ", ".join(parts)


def whole_said(cost: Cost, repository: str, *, owner: str | None) -> str:
    """What flakes cost the repository, which is more than one owner's of them did."""
    return f"{f'All of {repository}' if owner else 'All'} together: {cost_said(cost)}."


def nothing_to_plan(owner: str | None) -> str:
    """A plan without a line."""
    of = f" of {owner}" if owner else ""
    return f"Nothing{of} is flaky and nothing is broken: there is nothing to plan."


def _amount(number: str, one: str) -> str:
    return f"{number} {one if number == '1' else one + 's'}"


def hidden_said(hidden: Hidden) -> str:
    """What holding the case would have hidden in the last 30 days."""
    real = counted(hidden.real, "failure")
    if not hidden.real:
        return (
            f"Holding it would have excused {counted(hidden.flakes, 'flake')} and hidden nothing."
        )
    return (
        f"Holding it would have excused {counted(hidden.flakes, 'flake')}, "
        f"and hidden {real} that {'was no flake' if hidden.real == 1 else 'were no flakes'}."
    )


def advice_said(line: PlanLine) -> str:
    """What to do about a case, and why not the other thing."""
    if line.advice is Advice.QUARANTINE:
        return f"Quarantine it until {day(line.until)}; {line.clean_needed} clean runs prove a fix."
    if line.is_held:
        return f"Fix it: it is held; {line.clean_needed} clean runs prove a fix."
    why = WHY_NOT[line.why_not] if line.why_not else ""
    return f"Fix it. {why}".strip()


def calibration_said(one: Bin) -> str:
    """How often we were right where we showed about that probability, never without interval."""
    low, high = one.interval
    right = round(one.right * one.count)
    return (
        f"Where {one.low:.1f} to {one.high:.1f} was shown ({one.shown:.2f} on average): "
        f"{right} of {counted(one.count, 'case')} flaky, "
        f"{percent(one.right)} (95 %: {percent(low)} to {percent(high)})."
    )


def accuracy_said(accuracy: Accuracy) -> str:
    """Precision, never without its interval."""
    if accuracy.precision is None or accuracy.brier is None:
        return "Nothing was corrected or proven yet, so nothing can be said."
    low, high = accuracy.precision_interval
    return (
        f"{accuracy.right} of {accuracy.right + accuracy.wrong} settled cases were flaky as we "
        f"said: {percent(accuracy.precision)} (95 %: {percent(low)} to {percent(high)}); "
        f"Brier score {accuracy.brier:.3f}."
    )
