"""What a workflow's file says of a job that somebody wants to run again."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.core.workflow_file import WhyNotRerun, why_not_rerun

PLAIN = """
on: push
jobs:
  lint:
    runs-on: ubuntu-latest
  unit:
    name: Unit tests on ${{ matrix.os }}
    strategy: {matrix: {os: [linux, mac]}}
  browser:
    strategy:
      matrix: {python: ["3.11", "3.12"]}
  build:
    needs: lint
  pack:
    needs: [build, lint]
"""


@pytest.mark.parametrize(
    ("job", "because"),
    [
        ("Unit tests on linux", None),
        ("browser (3.11)", None),
        ("browser", None),
        ("pack", None),
        ("lint", WhyNotRerun.NEEDED),
        ("build", WhyNotRerun.NEEDED),
        ("unit", WhyNotRerun.UNKNOWN_JOB),
        ("deploy", WhyNotRerun.UNKNOWN_JOB),
    ],
)
def test_a_job_is_run_again_only_where_nothing_depends_on_it(
    job: str, because: WhyNotRerun | None
) -> None:
    assert why_not_rerun(PLAIN, job) is because


def test_a_workflow_that_deploys_is_never_run_again_in_whatever_job() -> None:
    deploying = PLAIN + "  ship:\n    environment: {name: production}\n"

    assert why_not_rerun(deploying, "pack") is WhyNotRerun.DEPLOYS


def test_what_a_called_workflow_does_is_not_known() -> None:
    calling = PLAIN + "  shared:\n    uses: acme/ci/.github/workflows/test.yml@main\n"

    assert why_not_rerun(calling, "pack") is WhyNotRerun.CALLS


@pytest.mark.parametrize(
    "text",
    ["", "[]", "jobs: 3", "jobs: {unit: 3}", "jobs: {}", "jobs: [", "!!python/object:os.x {}"],
)
def test_a_file_that_nobody_can_read_allows_nothing(text: str) -> None:
    assert why_not_rerun(text, "unit") is WhyNotRerun.UNREADABLE


def test_a_name_that_may_be_of_two_jobs_is_as_bad_as_the_worse_one() -> None:
    text = "jobs: {a: {name: '${{ matrix.x }}'}, b: {name: unit}, c: {needs: b}}"

    assert why_not_rerun(text, "unit") is WhyNotRerun.NEEDED


@given(st.text(" []{}:,-'0129ab*&!|>\n#", max_size=60), st.text(max_size=10))
def test_no_text_makes_it_stumble(text: str, job: str) -> None:
    why_not_rerun(f"jobs:\n{text}", job)
