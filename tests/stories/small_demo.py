"""`flakeguard demo --no-serve --json` on the smaller of the two histories: a third of the time."""

from functools import partial

from app.demo import play

play.build_history = partial(play.build_history, size="small")  # type: ignore[attr-defined]

if __name__ == "__main__":
    raise SystemExit(play.play(serve=False, port=0, as_json=True))
