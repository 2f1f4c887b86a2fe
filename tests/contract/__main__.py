"""Checks every exchange that the last run of the tests kept; exits with 1 when one is amiss."""

import sys
import tempfile
from pathlib import Path

from tests.contract import exchanges
from tests.contract.checked import breaches

SHOWN = 50  # breaches; the first ones tell what is wrong


def main() -> int:
    """Say what was checked, and all that speaks against it."""
    kept = list(exchanges.all_kept())
    if not kept:
        sys.stdout.write("contract: no test asked GitHub anything.\n")
        return 0
    with tempfile.TemporaryDirectory() as folder:
        found = list(breaches(kept, Path(folder)))
    for breach in found[:SHOWN]:
        sys.stdout.write(f"{breach}\n")
    operations = {(one.method, exchanges.CHANGING.sub("*", one.path)) for one in kept}
    sys.stdout.write(
        f"contract: {len(kept)} exchanges of {len(operations)} operations with GitHub, "
        f"{len(found)} breaches of its description.\n"
    )
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
