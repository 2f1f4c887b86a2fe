"""A program that uses the embedded servers of a folder until its standard input ends."""

import json
import sys
from dataclasses import asdict
from pathlib import Path

from app.core.errors import BadInput
from app.embedded import secret_key, use


def main(data: Path, options: dict[str, bool]) -> None:
    """Print where the servers are, or why they are not, as one line of JSON; then wait."""
    if options.pop("key", False):
        say({"key": secret_key(data)})
        return
    try:
        with use(data, **options) as servers:
            say(asdict(servers))
            sys.stdin.read()
    except BadInput as error:
        say({"error": str(error)})
    except KeyboardInterrupt:
        pass


def say(answer: dict[str, str]) -> None:
    """Print at once: whoever waits for the line holds the other end open."""
    sys.stdout.write(json.dumps(answer) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main(Path(sys.argv[1]), json.loads(sys.argv[2]))
