"""Sphinx events of a build: one at a time, strict, never stale.

A build that is killed, or that fails, leaves its mark behind; the build that finds the mark
trusts nothing of the half-written site and reads every page again. Executed pages are
not lost: their cache proves each of them whole.
"""

import os
import shutil
import sys
from pathlib import Path

from filelock import FileLock, Timeout
from sphinx.errors import SphinxError
from sphinx.ext.autodoc.mock import MockFinder

from press import digest, execution

# Each of these can change a number or a figure, so no page runs without them.
FIXED = {
    "KERAS_BACKEND": "tensorflow",
    "TF_ENABLE_ONEDNN_OPTS": "0",
    "TF_CPP_MIN_LOG_LEVEL": "3",
    "TF_NUM_INTRAOP_THREADS": "2",
    "TF_NUM_INTEROP_THREADS": "2",
    "OMP_NUM_THREADS": "2",
    "OPENBLAS_NUM_THREADS": "2",
    "PYTHONHASHSEED": "0",
    "TZ": "UTC",
    "DNNBOOK_LANGUAGES": "en",
}
NOT_OURS = ("sphinx_multitoc_numbering", "sphinx_jupyterbook_latex")
KERNEL = "kernelspec: {name: python3,"


def is_executed(text: str) -> bool:
    """Whether a page has code cells to run."""
    return text.startswith("---\nfile_format: mystnb\n")


def stamp(text: str) -> str:
    """The page with its digest in the kernel's entry, which jupyter-cache hashes."""
    if not is_executed(text):
        return text
    if KERNEL not in text:
        raise SphinxError(f"a page with code cells says in its head {KERNEL!r} …")
    return text.replace(KERNEL, f"{KERNEL} digest: {digest.page_digest(text)},", 1)


def prepare(app, config) -> None:
    """Waits for other builds, sets the environment, and heals what a kill left behind."""
    if Path(app.srcdir).resolve() != digest.ROOT:
        sys.exit(
            f"The book was not built: it lies in {app.srcdir}, but `press` was imported from "
            f"{digest.ROOT}. Take the other book off PYTHONPATH."
        )
    os.environ.update(FIXED, JUPYTER_PREFER_ENV_PATH="1")
    paths = [str(digest.SOURCE), os.environ.get("PYTHONPATH")]
    os.environ["PYTHONPATH"] = os.pathsep.join(filter(None, paths))
    build = Path(app.outdir).parent
    app.press_lock = take_lock(digest.ROOT / "_build")
    app.press_mark = build / f".unfinished-{app.outdir.name}"
    if app.press_mark.exists():
        print("the last build did not finish: every page is read again", flush=True)
        shutil.rmtree(app.outdir, ignore_errors=True)
        shutil.rmtree(app.doctreedir, ignore_errors=True)
        shutil.rmtree(build / "jupyter_execute", ignore_errors=True)
    app.outdir.mkdir(parents=True, exist_ok=True)
    app.doctreedir.mkdir(parents=True, exist_ok=True)
    app.press_mark.touch()
    config.nb_execution_cache_path = str(cache_folder())
    for name in NOT_OURS:  # they keep nothing between pages
        if name in app.extensions:
            app.extensions[name].parallel_read_safe = True
    app.parallel = jobs()


def take_lock(folder: Path) -> FileLock:
    """The lock that lets one build at a time work in a folder; says so when it waits."""
    folder.mkdir(parents=True, exist_ok=True)
    lock = FileLock(folder / ".lock")
    try:
        lock.acquire(timeout=0)
    except Timeout:
        print("another build is at work here: waiting for it", flush=True)
        lock.acquire()
    return lock


def cache_folder() -> Path:
    return digest.ROOT / "_build" / ".execution-cache"


def jobs() -> int:
    return int(os.environ.get("BOOK_JOBS") or os.cpu_count() or 1)


def outdated(app, env, added, changed, removed) -> list[str]:
    """The pages whose digest is no longer the one they were read with."""
    pages = []
    for name in env.found_docs - added - changed:
        text = Path(env.doc2path(name)).read_text("utf8")
        if is_executed(text):
            known = env.metadata[name].get("kernelspec", {}).get("digest")
            if known != digest.page_digest(text):
                pages.append(name)
    return pages


def execute(app, env, names) -> None:
    """Executes the pages about to be read; the first error ends the build."""
    pages = []
    for name in names:
        path = Path(env.doc2path(name))
        text = path.read_text("utf8")
        if is_executed(text):
            label = path.relative_to(app.srcdir).as_posix()
            pages.append(execution.read_page(path, label, stamp(text)))
    if not pages:
        return
    try:
        execution.execute(pages, cache_folder(), jobs())
    except execution.PageError as error:
        sys.exit(f"\nThe book was not built. {error}")


def insert_digest(app, name, source) -> None:
    source[0] = stamp(source[0])


def finish(app, error) -> None:
    """Only a build without an error or a warning counts as finished."""
    if error is None and app._warncount == 0:
        app.press_mark.unlink(missing_ok=True)
    elif error is None:
        app.statuscode = 1
        print(f"\nThe book was not built: {app._warncount} warning(s), see above.", file=sys.stderr)
    app.press_lock.release()


def setup(app) -> None:
    # The API pages need docstrings, not models: importing Keras would take seconds.
    sys.meta_path.insert(0, MockFinder(["keras", "tensorflow"]))
    # jupyter-book sets these two whether or not the extensions that know them are there.
    for name in ("comments_config", "use_thebe"):
        if name not in app.config:
            app.add_config_value(name, {}, "html")
    app.connect("config-inited", prepare, priority=0)
    app.connect("env-get-outdated", outdated)
    app.connect("env-before-read-docs", execute)
    app.connect("source-read", insert_digest)
    app.connect("build-finished", finish, priority=1000)
