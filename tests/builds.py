"""Builds on one core or without a network, and built sites compared file by file."""

import hashlib
from pathlib import Path

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
