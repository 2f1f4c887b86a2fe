"""The issues that a message names, and which issue is meant by that."""

import pytest

from app.core.naming_issues import AT_MOST, Linked, is_named, named_in

OURS = Linked("https://github.com/Acme/Shop/issues/12")
THEIRS = Linked("https://github.com/acme/other/issues/12")
GITLAB = Linked("https://gitlab.example.com/acme/web/shop/-/work_items/12")
JIRA = Linked("https://acme.atlassian.net/browse/SHOP-12")
MOVED = Linked("https://github.com/acme/old-name/issues/12", 12)
ALL = {"ours": OURS, "theirs": THEIRS, "gitlab": GITLAB, "jira": JIRA, "moved": MOVED}


def meant_by(message: str) -> set[str]:
    named = named_in(message)
    return {word for word, one in ALL.items() if is_named(one, named, repository="acme/shop")}


@pytest.mark.parametrize(
    ("message", "meant"),
    [
        ("Wait for the mail (#12)", {"ours", "moved"}),
        ("GH-12: wait", {"ours", "moved"}),
        ("fixes gh-12.", {"ours", "moved"}),
        ("Fixes acme/shop#12", {"ours", "moved"}),
        ("Fixes Acme/SHOP#12", {"ours", "moved"}),
        ("Fixes acme/other#12, too", {"theirs"}),
        ("See HTTPS://GitHub.com/acme/SHOP/Issues/12.", {"ours"}),
        ("See http://github.com/acme/shop/issues/12#issuecomment-7", {"ours"}),
        ("See https://github.com/acme/shop/issues/12?q=1", {"ours"}),
        ("See (https://github.com/acme/old-name/issues/12)", {"moved"}),
        ("See https://gitlab.example.com/acme/web/shop/-/issues/12", {"gitlab"}),
        ("See https://gitlab.example.com/acme/web/shop/-/work_items/12!", {"gitlab"}),
        ("Closes https://acme.atlassian.net/browse/shop-12", {"jira"}),
        ("Closes SHOP-12", set()),
        ("x#12, &#12;, #123, a/b/c#12, NOGH-12 and https://example.com/acme/shop#12", set()),
        ("See https://github.com/acme/shop/pull/12", set()),
        ('Revert "Wait for the mail (#12)"\n\nThis reverts commit 77ab12c.', set()),
        ('Reapply "Wait for the mail (#12)"', {"ours", "moved"}),
    ],
)
def test_a_message_names_an_issue_in_any_way_and_never_anothers(
    message: str, meant: set[str]
) -> None:
    assert meant_by(message) == meant


def test_what_was_kept_of_pull_requests_before_still_names_its_issues() -> None:
    kept = ("#12", "https://github.com/Acme/Shop/issues/12")

    assert is_named(OURS, kept[:1], repository="acme/shop")
    assert is_named(OURS, kept[1:], repository="acme/shop")


def test_a_text_that_names_a_list_names_none() -> None:
    assert named_in(" ".join(f"#{number}" for number in range(AT_MOST + 1))) == ()


def test_a_link_to_no_issue_is_none_of_those_that_are_counted() -> None:
    links = " ".join(f"https://example.com/docs/{'a' * length}" for length in range(1, 30))

    assert named_in(f"{links} #3") == ("#3",)
