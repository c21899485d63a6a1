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
MARK = "made-by-make"


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


def digest(lock):
    """The digest of a lock's text."""
    with open(lock, "rb") as file:
        return hashlib.sha256(file.read()).hexdigest()


def python_of(venv):
    """The interpreter inside a virtual environment, on this system."""
    return os.path.join(venv, "Scripts" if os.name == "nt" else "bin", "python")


def say(text):
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


def create(venv):
    """A new virtual environment, in place of what may be left of an old one of ours."""
    python = interpreter()
    if os.path.exists(venv) and not os.path.exists(os.path.join(venv, MARK)):
        sys.exit(
            "%s is there already and was not made by make. Move it away, or choose another "
            "place: make book VENV=.venv-book" % venv
        )
    say("making %s (first time only)" % venv)
    if os.path.exists(venv):
        shutil.rmtree(venv)
    os.makedirs(venv)
    open(os.path.join(venv, MARK), "w").close()
    subprocess.check_call([python, "-m", "venv", venv])


def installed(stamp):
    """The digests of the locks that the environment was brought to; none if that was cut short."""
    if not os.path.exists(stamp):
        return set()
    with open(stamp) as file:
        return set(file.read().split())


def provide(venv, locks):
    """Brings the environment to what the locks say, or leaves it alone if it is there.

    The stamp goes before anything is installed and comes back last, so that an environment
    whose set-up was cut short has none.
    """
    stamp = os.path.join(venv, "installed-locks")
    wanted = [digest(lock) for lock in locks]
    if not os.path.exists(python_of(venv)):
        create(venv)
    elif set(wanted) <= installed(stamp):
        return
    if os.path.exists(stamp):
        os.remove(stamp)
    for lock in locks:
        say("installing %s" % lock)
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
    with open(stamp, "w") as file:
        file.write("\n".join(wanted))


def main(venv, *locks):
    try:
        provide(venv, locks)
    except (IOError, OSError) as error:
        sys.exit(
            "The environment could not be made in %s: %s: %s"
            % (venv, error.filename, error.strerror)
        )
    except subprocess.CalledProcessError as error:
        sys.exit(
            "The environment could not be made: %s ended with %d; its own message is above."
            % (" ".join(error.cmd[:4]), error.returncode)
        )


if __name__ == "__main__":
    main(*sys.argv[1:])
