"""Makes the virtual environment that the Makefile uses, from the lock.

Run by whatever Python is there, so this file keeps to what old ones can read:
`python3 -m press.environment .venv requirements.txt`.
"""

import hashlib
import os
import shutil
import subprocess
import sys

WANTED = ((3, 13), (3, 12), (3, 11))


def interpreter():
    """A Python that the lock covers: this one if it will do, else another on the PATH."""
    if sys.version_info[:2] in WANTED:
        return sys.executable
    for major, minor in WANTED:
        found = shutil.which("python%d.%d" % (major, minor))
        if found and subprocess.call([found, "-c", ""]) == 0:
            return found
    here = "%d.%d" % sys.version_info[:2]
    sys.exit(
        "Python 3.11, 3.12 or 3.13 is needed; found only %s. Install one of them, or name "
        "it: make book PYTHON=/path/to/python3.13" % here
    )


def digest(locks):
    """One digest over the texts of the locks."""
    sha = hashlib.sha256()
    for lock in locks:
        with open(lock, "rb") as file:
            sha.update(file.read())
    return sha.hexdigest()


def python_of(venv):
    """The interpreter inside a virtual environment, on this system."""
    return os.path.join(venv, "Scripts" if os.name == "nt" else "bin", "python")


def create(venv):
    """A new virtual environment, in place of what may be left of an old one."""
    print("making %s (first time only)" % venv, flush=True)
    shutil.rmtree(venv, ignore_errors=True)
    subprocess.check_call([interpreter(), "-m", "venv", venv])


def provide(venv, locks):
    """Brings the environment to what the locks say, or leaves it alone if it is there.

    The stamp is written last: an environment whose set-up was cut short has none, and is
    made anew.
    """
    stamp = os.path.join(venv, "set-up-" + digest(locks)[:16])
    if os.path.exists(stamp):
        return
    if not os.path.exists(python_of(venv)) or not any(
        name.startswith("set-up-") for name in os.listdir(venv)
    ):
        create(venv)
    for lock in locks:
        print("installing %s" % lock, flush=True)
        subprocess.check_call(
            [
                python_of(venv),
                "-m",
                "pip",
                "install",
                "--quiet",
                "--disable-pip-version-check",
                "-r",
                lock,
            ]
        )
    open(stamp, "w").close()


def main(venv, *locks):
    try:
        provide(venv, locks)
    except OSError as error:
        sys.exit("The environment could not be made: %s: %s" % (error.filename, error.strerror))
    except subprocess.CalledProcessError as error:
        sys.exit(
            "The environment could not be made: %s ended with %d; its own message is above."
            % (" ".join(error.cmd[:4]), error.returncode)
        )


if __name__ == "__main__":
    main(*sys.argv[1:])
