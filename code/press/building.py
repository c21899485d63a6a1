"""Sphinx events of a build: one at a time, strict, never stale.

A build that is killed, or that fails, leaves its mark behind; the build that finds the mark
trusts nothing of the half-written site and reads every page again. Executed pages are
not lost: their cache proves each of them whole.

A build holds the lock of the folder that it writes, and `_build/.lock` while it may execute
pages, or write where readers look. One of several that `make book` runs writes elsewhere, and
lets the others in once the pages are executed.
"""

import os
import shutil
import subprocess
import sys
from pathlib import Path

from filelock import FileLock, Timeout
from sphinx.ext.autodoc.mock import MockFinder

from dnnbook import settings
from press import digest, editions, execution, outdated

FIXED = settings.ENVIRONMENT  # no page runs without them
MARK, LOCK, EXECUTED = ".unfinished", ".lock", ".executed"
NOT_OURS = ("sphinx_multitoc_numbering", "sphinx_jupyterbook_latex")


def set_environment(build: Path) -> None:
    """What every kernel of this build shares, whatever the reader's own settings are."""
    sys.path.insert(0, str(digest.SOURCE))
    paths = [str(digest.SOURCE), os.environ.get("PYTHONPATH")]
    os.environ.update(
        FIXED,
        JUPYTER_PREFER_ENV_PATH="1",
        PYTHONPATH=os.pathsep.join(filter(None, paths)),
        MPLCONFIGDIR=str(build / ".matplotlib"),
        IPYTHONDIR=str(build / ".ipython"),
    )


def prepare(app, config) -> None:
    """Waits for other builds, sets the environment, and heals what a kill left behind."""
    if editions.edition(app.srcdir) is None:
        sys.exit(
            f"The book was not built: it lies in {app.srcdir}, but `press` was imported from "
            f"{digest.ROOT}. Take the other book off PYTHONPATH."
        )
    build = Path(app.doctreedir).parent
    shared = digest.ROOT / "_build" / LOCK
    app.press_locks = [take_lock(file) for file in dict.fromkeys((build / LOCK, shared))]
    app.press_mark = build / MARK
    set_environment(digest.ROOT / "_build")
    if app.press_mark.exists():
        print("the last build did not finish: every page is read again", flush=True)
        for half_written in (app.outdir, app.doctreedir, build / "jupyter_execute"):
            shutil.rmtree(half_written, ignore_errors=True)
    app.press_mark.touch()
    Path(app.outdir).mkdir(parents=True, exist_ok=True)
    Path(app.doctreedir).mkdir(parents=True, exist_ok=True)
    config.nb_execution_cache_path = str(cache_folder())
    config.press_digest = digest.folder_digest(digest.SOURCE / "press")
    assets = Path(app.srcdir, *config.html_static_path[0].split("/"))
    config.assets_digest = digest.folder_digest(assets)
    outdated.drop_old_site(app, config)
    for name in NOT_OURS:  # they keep nothing between pages
        if name in app.extensions:
            app.extensions[name].parallel_read_safe = True
    app.parallel = jobs()


def take_lock(file: Path) -> FileLock:
    """The lock that lets one build at a time work in a folder; says so when it waits."""
    file.parent.mkdir(parents=True, exist_ok=True)
    lock = FileLock(file)
    try:
        lock.acquire(timeout=0)
    except Timeout:
        print("another build is at work here: waiting for it", flush=True)
        lock.acquire()
    return lock


def cache_folder() -> Path:
    return digest.ROOT / "_build" / ".execution-cache"


def jobs() -> int:
    """The cores that this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def slots() -> int:
    """How many pages are executed at a time: while the kernel of one starts, others compute."""
    return jobs() + 1


def warm_font_cache() -> None:
    """Matplotlib's list of fonts, made once; left to a page, it would talk on its stderr."""
    folder = Path(os.environ["MPLCONFIGDIR"])
    if not list(folder.glob("fontlist-*.json")):
        folder.mkdir(parents=True, exist_ok=True)
        subprocess.run(
            [sys.executable, "-c", "import matplotlib.font_manager"],
            stderr=subprocess.DEVNULL,
            check=False,
        )


def in_order(names, order) -> list[str]:
    """The names as they come in the book; those that are not in it last."""
    place = {name: number for number, name in enumerate(order)}
    return sorted(names, key=lambda name: (place.get(name, len(place)), name))


def execute(app, env, names) -> None:
    """Executes the pages about to be read, as they come; the first error ends the build."""
    pages = []
    for name in in_order(names, app.config.external_site_map):
        path = Path(env.doc2path(name))
        label = path.relative_to(digest.ROOT).as_posix()
        if path.suffix != ".md":
            sys.exit(f"\nThe book was not built. {label}: a page has to be Markdown")
        text = path.read_text("utf8")
        try:
            if digest.is_executed(text):
                pages.append(execution.read_page(path, label, digest.stamp(text)))
        except digest.SourceError as error:
            sys.exit(f"\nThe book was not built. {label}: {error}")
        except execution.PageError as error:
            sys.exit(f"\nThe book was not built. {error}")
    if not pages:
        return
    warm_font_cache()
    try:
        execution.execute(pages, cache_folder(), slots(), app.config.nb_execution_timeout)
    except execution.PageError as error:
        sys.exit(f"\nThe book was not built. {error}")


def let_others_in(app, env, names) -> None:
    """The pages are executed, and what is written now goes into a folder of its own."""
    if editions.linked():
        app.press_locks[-1].release()
        (app.press_mark.parent / EXECUTED).touch()


def finish(app, error) -> None:
    """Only a build without an error or a warning counts as finished."""
    if error is None and app._warncount == 0:
        app.press_mark.unlink(missing_ok=True)
    elif error is None:
        app.statuscode = 1
        print(f"\nThe book was not built: {app._warncount} warning(s), see above.", file=sys.stderr)
    for lock in app.press_locks:
        lock.release()


def setup(app) -> None:
    # The API pages need docstrings, not models: importing these would take seconds.
    sys.meta_path.insert(0, MockFinder(["keras", "tensorflow", "sklearn", "scipy"]))
    # jupyter-book sets these two whether or not the extensions that know them are there.
    for name in ("comments_config", "use_thebe"):
        if name not in app.config:
            app.add_config_value(name, {}, "html")
    app.add_config_value("press_digest", "", "env")  # when it changes, pages are read again
    app.add_config_value("assets_digest", "", "html")  # when it changes, pages are written again
    app.connect("config-inited", prepare, priority=0)
    app.connect("env-get-outdated", outdated.pages)
    app.connect("env-before-read-docs", execute)
    app.connect("env-before-read-docs", let_others_in, priority=501)
    app.connect("source-read", outdated.note_text)
    app.connect("env-updated", outdated.note_trees)
    app.connect("build-finished", finish, priority=1000)
