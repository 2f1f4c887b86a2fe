"""Fuzzes one target in this process, which libFuzzer ends when it is done."""

import sys

import atheris


def main(arguments: list[str]) -> None:
    """Let libFuzzer search with the arguments that follow the target's name."""
    with atheris.instrument_imports(include=["app.core"], enable_loader_override=False):
        from tests.fuzz.targets import TARGETS
    target = TARGETS[arguments[1]]
    atheris.Setup([arguments[0], *arguments[2:]], target.run)
    atheris.Fuzz()


if __name__ == "__main__":
    main(sys.argv)
