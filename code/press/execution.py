"""Executes the pages whose outputs are not in the cache, several at a time.

Sphinx reads a page only after its outputs are cached, so a page is never half executed,
progress can be shown, and an error names its page, cell and line.
"""

import asyncio
import hashlib
import re
import shutil
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path

import nbformat
from jupyter_cache import get_cache
from jupyter_cache.base import CacheBundleIn
from jupyter_client.kernelspec import NoSuchKernel
from myst_nb.core.read import read_myst_markdown_notebook
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError, CellTimeoutError, DeadKernelError
from nbformat import NotebookNode
from sqlalchemy.exc import DatabaseError

TICK = 5  # seconds between two lines of progress
NOISE = re.compile(r"\bat 0x[0-9a-f]{6,}|[\b\r]|━━━")  # addresses and progress bars
BROKEN = re.compile("malformed|not a database|no such (table|column)")
UNSAFE_TAGS = {"raises-exception", "skip-execution"}  # they would let an error pass
KEPT = 60  # executions that the cache holds before the oldest go
STARTS = 3  # tries that a kernel gets: another program may take the port that it was given


class PageError(Exception):
    """A page could not be executed; the message says which cell, and why."""


@dataclass
class Page:
    """A page to execute, and how far it has come."""

    path: Path
    label: str
    notebook: NotebookNode
    cell: int = -1
    started: float = 0.0
    seconds: float = 0.0
    done: bool = field(default=False)

    @property
    def cells(self) -> list[int]:
        """The positions of the code cells among all cells."""
        return [i for i, cell in enumerate(self.notebook.cells) if cell.cell_type == "code"]

    def place(self) -> str:
        """Page, code cell and line, as `book/en/toy.md, cell 3 of 9 (line 41)`."""
        if self.cell not in self.cells:
            return f"{self.label}, before its first cell"
        line = self.notebook.metadata.source_map[self.cell] + 1
        number = self.cells.index(self.cell) + 1
        return f"{self.label}, cell {number} of {len(self.cells)} (line {line})"


def read_page(path: Path, label: str, text: str) -> Page:
    """A page as a notebook that waits for execution.

    Raises:
        PageError: a cell bears a tag that would let its errors pass.
    """
    page = Page(path, label, read_myst_markdown_notebook(text, add_source_map=True))
    for position in page.cells:
        page.cell = position
        if tags := UNSAFE_TAGS.intersection(page.notebook.cells[position].metadata.get("tags", [])):
            raise PageError(f"{page.place()}: the tag {tags.pop()} is not allowed")
    page.cell = -1
    return page


def open_cache(folder: Path):
    """The cache in a folder; one whose database a kill or a full disk broke begins anew.

    Raises:
        PageError: the database is sound but cannot be used now: locked, no room, no right.
    """
    try:
        cache = get_cache(folder)
        cache.list_cache_records()
        cache.change_cache_limit(KEPT)
    except (DatabaseError, RuntimeError) as error:  # jupyter-cache wraps some of sqlite's
        reason = str(error.__cause__ or error)
        if not BROKEN.search(reason):
            raise PageError(f"the execution cache cannot be used: {reason}") from None
        print("the execution cache was damaged: it begins anew", flush=True)
        shutil.rmtree(folder)
        cache = get_cache(folder)
        cache.change_cache_limit(KEPT)
    return cache


def as_cached(cache, page: Page) -> str:
    """The text that the cache keeps of a page."""
    return nbformat.writes(cache.create_hashed_notebook(page.notebook)[0], nbformat.NO_CONVERT)


def keep(cache, page: Page) -> None:
    """Stores an executed page, with the digest that proves it whole later."""
    digest = hashlib.sha256(as_cached(cache, page).encode()).hexdigest()
    data = {"execution_seconds": page.seconds, "sha256": digest}
    bundle = CacheBundleIn(page.notebook, str(page.path), data=data)
    cache.cache_notebook_bundle(bundle, check_validity=False, overwrite=True)


def is_kept(cache, page: Page) -> bool:
    """Whether the cache holds this page, whole; a damaged copy is removed."""
    try:
        record = cache.match_cache_notebook(page.notebook)
    except KeyError:
        return False
    file = Path(cache.path) / "executed" / record.hashkey / "base.ipynb"
    text = file.read_bytes() if file.is_file() else b""
    if hashlib.sha256(text).hexdigest() == record.data.get("sha256"):
        return True
    print(f"the cached outputs of {page.label} were damaged: they are computed anew", flush=True)
    file.parent.mkdir(parents=True, exist_ok=True)
    file.touch()  # the cache removes no record whose file is missing
    cache.remove_cache(record.pk)
    return False


def check_outputs(page: Page) -> None:
    """Nothing on stderr, no address of an object, no progress bar: they come and go."""
    for position in page.cells:
        page.cell = position
        for output in page.notebook.cells[position].outputs:
            if output.get("name") == "stderr":
                raise PageError(f"{page.place()}: prints to stderr: {output.text[:200]!r}")
            text = output.get("text", "") or output.get("data", {}).get("text/plain", "")
            if found := NOISE.search(text):
                raise PageError(f"{page.place()}: prints {found[0]!r}, another one every time")


async def run_cells(page: Page, timeout: int) -> None:
    """Executes the cells of a page in a kernel of its own, which may need several starts."""

    def at_cell(cell, cell_index, **_):
        page.cell = cell_index

    for start in range(1, STARTS + 1):
        client = NotebookClient(
            page.notebook,
            timeout=timeout,
            kernel_name="python3",
            resources={"metadata": {"path": str(page.path.parent)}},
            record_timing=False,  # times in the metadata would change the key of the cache
            extra_arguments=["--IPKernelApp.log_level=40"],
            on_cell_execute=at_cell,
        )
        try:
            await client.async_execute()
            return
        except RuntimeError:
            if page.cell in page.cells or start == STARTS:
                raise
            print(f"  {page.label}: the kernel did not start; another try", flush=True)


async def run_page(page: Page, slots: asyncio.Semaphore, timeout: int) -> None:
    """Executes one page when a slot is free."""
    async with slots:
        page.started = time.monotonic()
        try:
            await run_cells(page, timeout)
        except CellTimeoutError:
            raise PageError(f"{page.place()}: still running after {timeout} s") from None
        except DeadKernelError:
            raise PageError(f"{page.place()}: the kernel died") from None
        except (RuntimeError, NoSuchKernel) as error:
            raise PageError(f"{page.place()}: the kernel did not start: {error}") from None
        except CellExecutionError as error:
            print(error.traceback, file=sys.stderr)
            raise PageError(f"{page.place()}: {error.ename}: {error.evalue}") from None
        check_outputs(page)
        page.seconds, page.done = time.monotonic() - page.started, True


async def tell(pages: list[Page]) -> None:
    """Says every few seconds which pages are being executed, where, and for how long."""
    while True:
        await asyncio.sleep(TICK)
        for page in pages:
            if page.started and not page.done:
                print(f"  {page.place()}, {time.monotonic() - page.started:.0f} s", flush=True)


async def run_all(pages: list[Page], cache, jobs: int, timeout: int) -> None:
    slots = asyncio.Semaphore(jobs)

    async def run_and_keep(page: Page) -> None:
        await run_page(page, slots, timeout)
        keep(cache, page)
        print(f"  {page.label}: executed in {page.seconds:.1f} s", flush=True)

    teller = asyncio.create_task(tell(pages))
    tasks = [asyncio.create_task(run_and_keep(page)) for page in pages]
    try:
        await asyncio.gather(*tasks)
    finally:
        for task in [teller, *tasks]:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


def execute(pages: list[Page], folder: Path, jobs: int, timeout: int) -> None:
    """Brings the outputs of all the pages into the cache.

    Raises:
        PageError: a cell failed, ran longer than `timeout` seconds, or lost its kernel.
    """
    cache = open_cache(folder)
    todo = [page for page in pages if not is_kept(cache, page)]
    if todo:
        print(f"executing {len(todo)} page(s), {jobs} at a time", flush=True)
        asyncio.run(run_all(todo, cache, jobs, timeout))
