"""Runs jupyter-book in children of one process that has imported it already.

Starting jupyter-book takes longer than building a few pages. The press and the code of a book
are imported in the child, as always; so is Matplotlib, which reads its folder as it is imported.
"""

import atexit
import json
import os
import signal
import subprocess
import sys
import tempfile
import time
import traceback
from importlib import import_module
from pathlib import Path

# What `_config.yml` and jupyter-book ask Sphinx for.
PACKAGES = (
    "jupyter_book.cli.main", "jupyter_book.sphinx", "myst_nb.sphinx_ext", "sphinx_book_theme",
    "sphinx.builders.epub3", "sphinx.builders.html", "sphinx.builders.linkcheck",
    "sphinx.ext.autodoc", "sphinx.ext.viewcode", "sphinx_togglebutton", "sphinx_copybutton",
    "sphinx_external_toc", "sphinx_design", "sphinx_jupyterbook_latex",
    "sphinx_multitoc_numbering", "sphinx_thebe", "sphinx_comments", "sphinxcontrib.bibtex",
    "nbclient",
)  # fmt: skip
PATIENCE = 300  # seconds that a build may take


def become(argv: list[str], cwd: str, env: dict[str, str], output: str) -> int:
    """Makes this child what `jupyter-book` would be in that folder and environment."""
    signal.alarm(PATIENCE)
    written = os.open(output, os.O_WRONLY | os.O_TRUNC | os.O_APPEND)
    for stream in (1, 2):
        os.dup2(written, stream)
    os.chdir(cwd)
    os.environ.clear()
    os.environ.update(env)
    time.tzset()
    sys.path[:1] = ["", *env.get("PYTHONPATH", "").split(os.pathsep)]
    sys.argv = ["jupyter-book", *argv]
    try:
        import_module("jupyter_book.cli.main").main()
    except SystemExit as end:
        if end.code is None or isinstance(end.code, int):
            return end.code or 0
        print(end.code, file=sys.stderr)
    except BaseException:
        traceback.print_exc()
    else:
        return 0
    return 1


def serve() -> None:
    """Answers each request, a line of JSON, with the exit status of the child that it started."""
    for name in PACKAGES:
        import_module(name)
    for line in sys.stdin:
        child = os.fork()
        if child == 0:
            status = become(**json.loads(line))
            sys.stdout.flush()
            sys.stderr.flush()
            os._exit(status)
        print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), flush=True)


class Warm:
    """The process, started when it is first asked and ended with this one."""

    def __init__(self):
        self.server = None

    def start(self) -> None:
        self.output = tempfile.NamedTemporaryFile("r", encoding="utf8")  # noqa: SIM115  it stays
        env = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
        self.server = subprocess.Popen(
            [sys.executable, __file__], env=env, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
            text=True,
        )  # fmt: skip
        atexit.register(self.server.communicate)

    def run(self, argv: list[str], cwd: Path, env: dict[str, str]) -> tuple[int, str]:
        """Exit status and all output of `jupyter-book` with these arguments."""
        if self.server is None:
            self.start()
        asked = {"argv": argv, "cwd": str(cwd), "env": env, "output": self.output.name}
        self.server.stdin.write(json.dumps(asked) + "\n")
        self.server.stdin.flush()
        status = self.server.stdout.readline()
        self.output.seek(0)
        said = self.output.read()
        if not status or int(status) == -signal.SIGALRM:
            self.server = None
            raise RuntimeError(f"jupyter-book did not end by itself: {said}")
        return int(status), said


if __name__ == "__main__":
    serve()
