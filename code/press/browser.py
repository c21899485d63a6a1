"""Finds the browser that the tests drive, and installs one where there is none."""

import os
import shutil
import subprocess
import sys

NAMES = ("chromium", "chromium-browser", "google-chrome", "chrome")


def on_path() -> str | None:
    """A Chromium or Chrome that this machine already has."""
    return next(filter(None, map(shutil.which, NAMES)), None)


def is_debian_root() -> bool:
    return bool(shutil.which("apt-get")) and hasattr(os, "geteuid") and os.geteuid() == 0


def install() -> None:
    """Installs Debian's chromium as root on Debian, else the browser of Playwright."""
    if is_debian_root():
        print("installing Debian's chromium, for the tests", flush=True)
        apt = ["apt-get", "-qq", "-o", "Dpkg::Use-Pty=0"]
        subprocess.check_call([*apt, "update"])
        subprocess.check_call([*apt, "install", "-y", "--no-install-recommends", "chromium"])
    else:
        print("installing Playwright's chromium, for the tests", flush=True)
        subprocess.check_call([sys.executable, "-m", "playwright", "install", "chromium"])


if __name__ == "__main__" and on_path() is None:
    try:
        install()
    except subprocess.CalledProcessError as error:
        sys.exit(f"The tests need a Chromium on the PATH, and none could be installed: {error}")
