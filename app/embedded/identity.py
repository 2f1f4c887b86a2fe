"""As whom a server runs: PostgreSQL refuses root, and none should outlive its keeper.

Root takes a user namespace in which it is somebody else, so that folders which only root may enter
stay in reach and no file changes hands. Where namespaces are forbidden (many containers), the
server becomes another user id that keeps one right, to pass closed folders.
"""

import ctypes
import os
import pwd
import signal
import sys
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

from app.core.errors import BadInput

PREFERRED_USER = "nobody"
CLONE_NEWUSER = 0x1000_0000  # sched.h
PR_SET_PDEATHSIG = 1  # prctl.h, as are the next three
PR_SET_KEEPCAPS = 8
PR_CAP_AMBIENT = 47
PR_CAP_AMBIENT_RAISE = 2
CAP_DAC_OVERRIDE = 1  # capability.h: pass and write whatever the mode bits say
CAPABILITY_VERSION_3 = 0x2008_0522  # capability.h

Become = Callable[[], None]


@dataclass(frozen=True, slots=True)
class Identity:
    """How a server's process changes itself before it runs, and who owns its files then."""

    become: Become
    owner: int  # user id
    group: int


def identity_for(needs: Iterable[Path], *, namespaces: bool) -> Identity:
    """Return the first way to run as nobody special that reaches what the server `needs`.

    Raises BadInput when this process is root and there is no such way.
    """
    me = Identity(_stay, os.geteuid(), os.getegid())
    if os.geteuid() != 0 and _is_named(os.geteuid()):
        return me
    stand_in = _stand_in()
    inside = Identity(
        lambda: _enter_namespace(stand_in.pw_uid, stand_in.pw_gid), os.geteuid(), os.getegid()
    )
    if namespaces and _works(inside.become, needs):
        return inside
    if os.geteuid() != 0:
        return me
    other = Identity(
        lambda: _change_user(stand_in.pw_uid, stand_in.pw_gid), stand_in.pw_uid, stand_in.pw_gid
    )
    if _works(other.become, needs):
        return other
    raise BadInput(
        "The embedded servers do not run as root, and here root may neither make a user namespace"
        f" nor become {stand_in.pw_name}; run FlakeGuard as an ordinary user, or set DATABASE_URL"
        " and REDIS_URL."
    )


def child_setup(identity: Identity, *, farewell: signal.Signals) -> Become:
    """Return what a server's process does before it runs: become `identity`, die with its parent.

    The kernel forgets the farewell signal when a process changes its user, so that comes last.
    """
    keeper = os.getpid()

    def set_up() -> None:
        identity.become()
        if sys.platform == "linux":
            _prctl(PR_SET_PDEATHSIG, farewell)
        if os.getppid() != keeper:  # it died before the kernel was told
            os._exit(1)

    return set_up


def _stay() -> None:
    """Run as whoever we are."""


def _is_named(user: int) -> bool:
    try:
        pwd.getpwuid(user)
    except KeyError:
        return False
    return True


def _stand_in() -> pwd.struct_passwd:
    """Somebody who is not root and has a name, for initdb asks for it."""
    try:
        return pwd.getpwnam(PREFERRED_USER)
    except KeyError:
        pass
    for entry in pwd.getpwall():
        if entry.pw_uid != 0:
            return entry
    raise BadInput(
        "The embedded servers need a user who is not root, and this machine knows none; add one, or"
        " set DATABASE_URL and REDIS_URL."
    )


def _works(become: Become, needs: Iterable[Path]) -> bool:
    """Try it in a child: whether the change is allowed and everything needed is still in reach."""
    child = os.fork()
    if child == 0:
        try:
            become()
            reached = all(os.access(path, os.X_OK, effective_ids=True) for path in needs)
        except OSError:
            reached = False
        os._exit(0 if reached else 1)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0


def _enter_namespace(user: int, group: int) -> None:
    """Be `user` to ourselves and remain who we are to everybody else."""
    outside_user, outside_group = os.geteuid(), os.getegid()
    _checked("unshare", CLONE_NEWUSER)
    Path("/proc/self/setgroups").write_text("deny")
    Path("/proc/self/uid_map").write_text(f"{user} {outside_user} 1")
    Path("/proc/self/gid_map").write_text(f"{group} {outside_group} 1")


def _change_user(user: int, group: int) -> None:
    """Be `user` to everybody, and keep of root's rights only that to pass closed folders."""
    if sys.platform == "linux":
        _prctl(PR_SET_KEEPCAPS, 1)
    os.setgroups([])
    os.setresgid(group, group, group)
    os.setresuid(user, user, user)
    if sys.platform == "linux":
        wanted = 1 << CAP_DAC_OVERRIDE
        header = (ctypes.c_uint32 * 2)(CAPABILITY_VERSION_3, 0)
        sets = (ctypes.c_uint32 * 6)(wanted, wanted, wanted, 0, 0, 0)
        _checked("capset", header, sets)
        _prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, CAP_DAC_OVERRIDE)


def _prctl(option: int, *values: int) -> None:
    padded = [*values, 0, 0, 0, 0][:4]
    _checked("prctl", option, *(ctypes.c_ulong(value) for value in padded))


def _checked(function: str, *values: object) -> None:
    """Call the C library; raise OSError as it says."""
    if getattr(ctypes.CDLL(None, use_errno=True), function)(*values) != 0:
        number = ctypes.get_errno()
        raise OSError(number, f"{function}: {os.strerror(number)}")
