"""What a process holds once it has come up, and how often it looks for garbage."""

import gc

COLLECT_AFTER = 50_000  # more objects made than let go; a few MB


def is_coming_up() -> None:
    """Collect garbage less often: what is imported stays, and reports leave no cycles behind.

    A seventh of a command's start went into looking, and 3 % of the time to store a report.
    """
    _, second, third = gc.get_threshold()
    gc.set_threshold(COLLECT_AFTER, second, third)


def is_up() -> None:
    """Keep what is there from the garbage collector: it stays as long as the process does.

    Some hundred thousand objects of imported modules were gone through at every full collection,
    which took a third of the time in which deliveries are acknowledged.
    """
    gc.collect()
    gc.freeze()
