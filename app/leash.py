"""Ends this process when its parent ends, and starts a program that way.

As a script, `leash.py PARENT PROGRAM ARGUMENT...` becomes the program; it imports nothing of ours,
so that it starts fast and from anywhere.
"""

import ctypes
import os
import signal
import sys

PR_SET_PDEATHSIG = 1  # Source: prctl.h
LOST = 1  # exit status when the parent had ended before we could tie ourselves to it


def die_with_parent(parent: int, ending: signal.Signals = signal.SIGKILL) -> None:
    """Have the kernel send `ending` to this process when process `parent` ends.

    It goes when the *thread* that forked us ends, so children are started from the main thread.
    Only Linux knows how; elsewhere a killed parent leaves its children.
    """
    if sys.platform != "linux":
        return
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.prctl(PR_SET_PDEATHSIG, int(ending), 0, 0, 0) != 0:
        raise OSError(ctypes.get_errno(), "prctl(PR_SET_PDEATHSIG)")
    if os.getppid() != parent:  # it ended before the call above
        os._exit(LOST)


if __name__ == "__main__":
    die_with_parent(int(sys.argv[1]))
    os.execv(sys.argv[2], sys.argv[2:])  # noqa: S606 -- no shell is wanted
