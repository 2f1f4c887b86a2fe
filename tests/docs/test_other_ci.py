"""The snippets for other CIs, run as they stand, with curl, against a server that listens."""

import re
import shutil
import subprocess
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
import yaml

from app.services.access.tokens import Made
from tests.api.ci import SHA, Ci, junit
from tests.api.conftest import ci, clock, engine, template, token
from tests.web.site import served

__all__ = ["ci", "clock", "engine", "template", "token"]

GUIDES = Path(__file__).parents[2] / "docs" / "ci"
PATIENCE = 60  # seconds for one curl
needs_curl = pytest.mark.skipif(shutil.which("curl") is None, reason="there is no curl here")


def block(guide: str, language: str) -> str:
    """The first block of this language in a guide."""
    found = re.search(rf"```{language}\n(.*?)```", (GUIDES / guide).read_text(), re.DOTALL)
    assert found
    return found[1]


def gitlab() -> str:
    """As GitLab's runner joins them."""
    script: list[str] = yaml.safe_load(block("gitlab.md", "yaml"))["test"]["after_script"]
    return "\n".join(script)


def circleci() -> str:
    steps = yaml.safe_load(block("circleci.md", "yaml"))["jobs"]["test"]["steps"]
    return str(steps[-1]["run"]["command"])


def buildkite() -> str:
    return block("buildkite.md", "bash")


def jenkins() -> str:
    found = re.search(r"sh '''(.*?)'''", block("jenkins.md", "groovy"), re.DOTALL)
    assert found
    return found[1].replace("\\\\", "\\")  # as Groovy reads it


@dataclass(frozen=True, slots=True)
class Guide:
    """One CI's snippet, with what that CI sets for a branch and for a pull request."""

    script: Callable[[], str]
    always: dict[str, str]
    branch: dict[str, str]
    pull_request: dict[str, str]
    pipeline: str
    job: str = "unit"
    attempt: int = 1


URL = "https://ci.example/812"
CIS = {
    "gitlab": Guide(
        gitlab,
        {
            "CI_COMMIT_SHA": SHA,
            "CI_PIPELINE_ID": "812",
            "CI_JOB_NAME": "unit 3/8",
            "CI_PIPELINE_URL": URL,
        },
        {"CI_COMMIT_REF_NAME": "main"},
        {
            "CI_COMMIT_REF_NAME": "refs/merge-requests/7/head",
            "CI_MERGE_REQUEST_SOURCE_BRANCH_NAME": "topic",
            "CI_MERGE_REQUEST_IID": "7",
        },
        "812",
    ),
    "circleci": Guide(
        circleci,
        {
            "CIRCLE_SHA1": SHA,
            "CIRCLE_WORKFLOW_ID": "5034460f-c7c4",
            "CIRCLE_JOB": "unit",
            "CIRCLE_BUILD_URL": URL,
        },
        {"CIRCLE_BRANCH": "main"},
        {"CIRCLE_BRANCH": "topic", "CIRCLE_PULL_REQUEST": "https://github.com/a/b/pull/7"},
        "5034460f-c7c4",
    ),
    "buildkite": Guide(
        buildkite,
        {
            "BUILDKITE_COMMIT": SHA,
            "BUILDKITE_BUILD_ID": "018f-77",
            "BUILDKITE_LABEL": ":pytest: unit",
            "BUILDKITE_STEP_KEY": "unit",
            "BUILDKITE_RETRY_COUNT": "1",
            "BUILDKITE_BUILD_URL": URL,
        },
        {"BUILDKITE_BRANCH": "main", "BUILDKITE_PULL_REQUEST": "false"},
        {"BUILDKITE_BRANCH": "topic", "BUILDKITE_PULL_REQUEST": "7"},
        "018f-77",
        attempt=2,
    ),
    "jenkins": Guide(
        jenkins,
        {
            "GIT_COMMIT": SHA,
            "BUILD_TAG": "jenkins-shop-812",
            "STAGE_NAME": "unit",
            "BUILD_URL": URL,
        },
        {"GIT_BRANCH": "origin/main"},
        {"BRANCH_NAME": "PR-7", "CHANGE_BRANCH": "topic", "CHANGE_ID": "7"},
        "jenkins-shop-812",
    ),
}
EVERY_CI = pytest.mark.parametrize("guide", CIS.values(), ids=CIS.keys())


@pytest.fixture
def address(ci: Ci) -> Iterator[str]:
    with served(ci.application()) as found:
        yield found


def run(script: str, folder: Path, variables: dict[str, str]) -> "subprocess.CompletedProcess[str]":
    """Run a snippet as CIs do: `sh` stops at the first command that fails."""
    return subprocess.run(
        ["sh", "-e", "-c", script],
        cwd=folder,
        env={"PATH": "/usr/local/bin:/usr/bin:/bin"} | variables,
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=False,
    )


def secrets(address: str, text: str) -> dict[str, str]:
    return {"FLAKEGUARD_URL": address, "FLAKEGUARD_TOKEN": text}


@needs_curl
@EVERY_CI
def test_the_snippet_hands_in_a_report_of_a_branch(
    ci: Ci, token: Made, address: str, tmp_path: Path, guide: Guide
) -> None:
    (tmp_path / "report.xml").write_bytes(junit("a", "b"))
    variables = guide.always | guide.branch | secrets(address, token.text)

    done = run(guide.script(), tmp_path, variables)

    assert (done.returncode, done.stderr) == (0, ""), done.stdout
    assert ci.rows(
        "SELECT workflow, head_sha, branch, branch_class, pr_number, attempt, url FROM run"
    ) == [(f"pipeline {guide.pipeline}", SHA, "main", "default", None, guide.attempt, URL)]
    assert ci.rows("SELECT path, variant, cases FROM report") == [("report.xml", guide.job, 2)]
    assert ci.rows("SELECT warnings FROM upload") == [([],)]


@needs_curl
@EVERY_CI
def test_the_snippet_hands_in_a_report_of_a_pull_request(
    ci: Ci, token: Made, address: str, tmp_path: Path, guide: Guide
) -> None:
    (tmp_path / "report.xml").write_bytes(junit("a", "b", failing="b"))
    variables = guide.always | guide.pull_request | secrets(address, token.text)

    done = run(guide.script(), tmp_path, variables)

    assert (done.returncode, done.stderr) == (0, ""), done.stdout
    assert ci.rows("SELECT branch, branch_class, pr_number, conclusion FROM run") == [
        ("topic", "pull_request", 7, "failure")
    ]


@needs_curl
@EVERY_CI
def test_a_branch_whose_name_looks_like_a_file_sends_no_file(
    ci: Ci, token: Made, address: str, tmp_path: Path, guide: Guide
) -> None:
    (tmp_path / "report.xml").write_bytes(junit("a"))
    (tmp_path / "secret").write_text("hunter2")
    names = {name: "@secret" for name in guide.branch if "PULL_REQUEST" not in name}
    variables = guide.always | guide.branch | names | secrets(address, token.text)

    run(guide.script(), tmp_path, variables)

    assert ci.rows("SELECT branch FROM run") == [("@secret",)]


@needs_curl
@EVERY_CI
def test_a_refusal_is_said_in_the_jobs_log_and_fails_nothing_but_itself(
    ci: Ci, address: str, tmp_path: Path, guide: Guide
) -> None:
    (tmp_path / "report.xml").write_bytes(junit("a"))
    variables = guide.always | guide.branch | secrets(address, "wrong")

    done = run(guide.script(), tmp_path, variables)

    assert "No valid project token came along" in done.stdout
    assert (done.returncode == 0) is (guide.script is not gitlab)  # whose after_script may fail


@needs_curl
def test_the_first_guides_own_line_works(ci: Ci, token: Made, address: str, tmp_path: Path) -> None:
    (tmp_path / "report.xml").write_bytes(junit("a"))
    _, line = re.findall(r"```sh\n(.*?)```", (GUIDES / "README.md").read_text(), re.DOTALL)
    variables = {"COMMIT": SHA, "BRANCH": "main"} | secrets(address, token.text)

    done = run(line, tmp_path, variables)

    assert done.returncode == 0, done.stdout
    assert ci.count("execution") == 1


def test_every_guide_is_tried() -> None:
    guides = {path.stem for path in GUIDES.glob("*.md")} - {"README", "quarantine"}

    assert guides == CIS.keys()


def test_every_link_of_the_guides_leads_to_one() -> None:
    for guide in GUIDES.glob("*.md"):
        for link in re.findall(r"\]\(([^)\s#]+)\)", guide.read_text()):
            assert "://" in link or (GUIDES / link).is_file(), f"{guide.name} links to {link}"
