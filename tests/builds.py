"""Builds on one core or without a network, and built sites compared file by file."""

import hashlib
import os
from pathlib import Path

from press.digest import OBEYED, ROOT

# Each is a beginning for a program. The first does nothing where a process cannot choose its
# cores; the second belongs behind `unshare --net`, and gives the new, empty network its loopback.
ONE_CORE = """import os
if hasattr(os, "sched_setaffinity"):
    os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
"""
LOOPBACK = """import fcntl, socket, struct
SIOCSIFFLAGS, UP = 0x8914, 1
fcntl.ioctl(socket.socket(), SIOCSIFFLAGS, struct.pack("16sh", b"lo", UP))
"""
NO_NETWORK = ["unshare", "--map-root-user", "--net"]


def untouched() -> dict[str, str]:
    """The environment of a build of the whole book whose executions the site's cache holds.

    TensorFlow sets a variable when a test imports it, and the tests set some; for the press
    each would be a reason to execute all pages again.
    """
    kept = {name: value for name, value in os.environ.items() if not OBEYED.match(name)}
    return {**kept, "PYTHONPATH": str(ROOT / "code")}


def contents(site: Path) -> dict[str, str]:
    """The digest of every file of a site, by its path in it."""
    return {
        path.relative_to(site).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in site.rglob("*")
        if path.is_file()
    }


def differing(one: Path, other: Path) -> list[str]:
    """The files that are not the same bytes in both sites, or are in one alone."""
    first, second = contents(one), contents(other)
    return sorted(name for name in first | second if first.get(name) != second.get(name))
