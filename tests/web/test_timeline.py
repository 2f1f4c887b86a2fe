"""The timeline's geometry: every execution has its place, and nothing lies on anything else."""

from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from app.core.outcomes import Outcome
from app.core.pages import Cursor, Sighting
from app.web.formats import cursor_from, cursor_text
from app.web.timeline import picture_of
from tests.web.world import NOW, SHA

URL = "https://github.example/acme/shop/actions/runs/1"


def sighting(
    *,
    run: int = 1,
    attempt: int = 1,
    variant: str = "test",
    outcome: Outcome = Outcome.PASSED,
    url: str = URL,
    minute: int = 0,
    nth: int = 1,
) -> Sighting:
    return Sighting(
        cursor=Cursor(NOW - timedelta(minutes=minute), report_id=run * 10 + attempt, nth=nth),
        outcome=outcome,
        duration_ms=None,
        run_id=run,
        attempt=attempt,
        workflow="tests",
        variant=variant,
        branch="main",
        pr_number=None,
        head_sha=SHA,
        is_trusted=True,
        url=url,
    )


def test_attempts_stand_side_by_side_and_are_tied() -> None:
    picture = picture_of(
        (
            sighting(attempt=2, minute=1),
            sighting(attempt=1, minute=9, outcome=Outcome.FAILED),
        )
    )

    assert [mark.outcome for mark in picture.marks] == [Outcome.FAILED, Outcome.PASSED]
    (tie,) = picture.ties
    assert tie.x1 < tie.x2


def test_variants_have_lanes_of_their_own() -> None:
    picture = picture_of((sighting(variant="linux"), sighting(variant="windows")))

    assert [lane.name for lane in picture.lanes] == ["linux", "windows"]
    assert picture.ties == ()


def test_more_variants_than_fit_share_the_last_lane() -> None:
    picture = picture_of(tuple(sighting(variant=f"v{n:02}") for n in range(40)))

    assert len(picture.lanes) == 12
    assert picture.lanes[-1].name == "others"
    assert len(picture.marks) == 40


def test_only_web_links_become_links() -> None:
    picture = picture_of((sighting(url="javascript:alert(1)"), sighting(run=2)))

    assert sorted(mark.url for mark in picture.marks) == ["", URL]


def test_a_run_of_another_host_goes_by_its_name() -> None:
    [ours] = picture_of((sighting(run=-4201748276771080784, url=""),)).marks
    [githubs] = picture_of((sighting(run=17),)).marks

    assert " · tests, attempt 1 · " in ours.said
    assert " · run 17, attempt 1 · " in githubs.said


def test_an_empty_timeline_is_an_empty_picture() -> None:
    picture = picture_of(())

    assert (picture.marks, picture.lanes, picture.ticks) == ((), (), ())


SIGHTINGS = st.lists(
    st.builds(
        sighting,
        run=st.integers(1, 5),
        attempt=st.integers(1, 3),
        variant=st.sampled_from(["a", "b", "\u202e", ""]),
        outcome=st.sampled_from(Outcome),
        minute=st.integers(0, 10_000),
        nth=st.integers(1, 4),
    ),
    max_size=40,
)


@given(SIGHTINGS)
def test_every_execution_is_drawn_once_within_the_picture(sightings: list[Sighting]) -> None:
    newest_first = tuple(sorted(sightings, key=lambda one: one.cursor.at, reverse=True))

    picture = picture_of(newest_first)

    assert len(picture.marks) == len(newest_first)
    starts = [mark.path.partition("m")[0].lstrip("M").split() for mark in picture.marks]
    assert len({tuple(start) for start in starts}) == len(starts)
    for x, y in starts:
        assert picture.left <= int(x) <= picture.width
        assert 0 <= int(y) <= picture.height


@given(
    st.builds(
        Cursor,
        at=st.datetimes(min_value=(NOW - timedelta(days=900)).replace(tzinfo=None)).map(
            lambda at: NOW + (at - NOW.replace(tzinfo=None)) % timedelta(days=900)
        ),
        report_id=st.integers(0, 10**16),
        nth=st.integers(0, 32_767),
    )
)
def test_a_place_in_a_timeline_survives_a_link(cursor: Cursor) -> None:
    assert cursor_from(cursor_text(cursor)) == cursor


@given(st.text(max_size=60))
def test_any_text_is_a_place_or_none(text: str) -> None:
    cursor = cursor_from(text)

    assert cursor is None or cursor_from(cursor_text(cursor)) == cursor
