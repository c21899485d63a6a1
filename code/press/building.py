"""Sphinx events of a build: one at a time, strict, never stale.

A build that is killed, or that fails, leaves its mark behind; the build that finds the mark
trusts nothing of the half-written site and reads every page again. Executed pages are
not lost: their cache proves each of them whole.
"""

import hashlib
import os
import shutil
import subprocess
import sys
from pathlib import Path

from filelock import FileLock, Timeout
from sphinx.ext.autodoc.mock import MockFinder

from dnnbook import settings
from press import digest, editions, execution

FIXED = settings.ENVIRONMENT  # no page runs without them
MARK, LOCK = ".unfinished", ".lock"
NOT_OURS = ("sphinx_multitoc_numbering", "sphinx_jupyterbook_latex")


def stamp(text: str) -> str:
    """The page with its digest in the kernel's entry, which jupyter-cache hashes."""
    if not digest.is_executed(text):
        return text
    kernel = "kernelspec: {name: python3,"
    return text.replace(kernel, f"{kernel} digest: {digest.page_digest(text)},", 1)


def text_digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def folder_digest(folder: Path) -> str:
    """One digest over the files of a folder, at any depth; compiled Python left out."""
    files = (file for file in sorted(folder.rglob("*")) if file.is_file())
    digests = (digest.file_digest(file) for file in files if file.suffix != ".pyc")
    return text_digest("".join(digests))


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
    app.press_lock = take_lock(digest.ROOT / "_build" / LOCK)
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
    config.press_digest = folder_digest(digest.SOURCE / "press")
    config.assets_digest = folder_digest(Path(app.srcdir, *config.html_static_path[0].split("/")))
    drop_old_site(app, config)
    for name in NOT_OURS:  # they keep nothing between pages
        if name in app.extensions:
            app.extensions[name].parallel_read_safe = True
    app.parallel = jobs()


def drop_old_site(app, config) -> None:
    """Removes a site of another press, style or settings, which may have pages that this has not.

    Every page is written anew in that case, and those of source code, which look at nothing but
    the source, are written anew too.
    """
    settings_digest = digest.file_digest(Path(app.srcdir, "_config.yml"))
    now = config.press_digest + config.assets_digest + settings_digest
    mark = Path(app.doctreedir, f"made-{Path(app.outdir).name}")
    if not mark.exists() or mark.read_text() != now:
        shutil.rmtree(app.outdir, ignore_errors=True)
        Path(app.outdir).mkdir(parents=True)
        mark.write_text(now)


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


def outdated(app, env, added, changed, removed) -> list[str]:
    """The pages whose text or digest is no longer the one they were read with.

    Those that left the book leave the site.
    """
    if app.builder.format == "html":
        for name in removed:
            Path(app.outdir, app.builder.get_target_uri(name)).unlink(missing_ok=True)
    pages = []
    for name in env.found_docs - added - changed:
        text = Path(env.doc2path(name)).read_text("utf8")
        known = env.metadata[name]
        if known.get("press_text") != text_digest(text):  # files can be older than the page
            pages.append(name)
            continue
        try:
            now = digest.page_digest(text) if digest.is_executed(text) else None
        except digest.SourceError:  # `execute` says so, with the page's name
            now = ""
        if known.get("kernelspec", {}).get("digest") != now:
            pages.append(name)
    return pages


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
                pages.append(execution.read_page(path, label, stamp(text)))
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


def note_text(app, name, source) -> None:
    app.env.metadata[name]["press_text"] = text_digest(source[0])
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
    # The API pages need docstrings, not models: importing these would take seconds.
    sys.meta_path.insert(0, MockFinder(["keras", "tensorflow", "sklearn", "scipy"]))
    # jupyter-book sets these two whether or not the extensions that know them are there.
    for name in ("comments_config", "use_thebe"):
        if name not in app.config:
            app.add_config_value(name, {}, "html")
    app.add_config_value("press_digest", "", "env")  # when it changes, pages are read again
    app.add_config_value("assets_digest", "", "html")  # when it changes, pages are written again
    app.connect("config-inited", prepare, priority=0)
    app.connect("env-get-outdated", outdated)
    app.connect("env-before-read-docs", execute)
    app.connect("source-read", note_text)
    app.connect("build-finished", finish, priority=1000)
