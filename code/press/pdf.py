"""`make pdf`: the printed book of each edition, in `_build/pdf`.

`python -m press.pdf` has Sphinx write LaTeX, for which it executes what the site's cache lacks,
as `make book` does; then it runs LaTeX aside and puts each PDF in place when it is whole, with
the log of LaTeX beside it. Until then the last good PDF stays where it was.
"""

import os
import re
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

try:
    from press import book, building, editions, wheel
    from press.digest import ROOT
except ModuleNotFoundError as error:
    sys.exit(f"The PDF was not built: {error}. Is requirements.txt installed?")

PACKAGES = (
    "latexmk", "texlive-xetex", "texlive-latex-extra", "texlive-lang-chinese", "fontconfig",
    "fonts-texgyre", "fonts-texgyre-math", "fonts-dejavu", "fonts-noto-cjk",
)  # fmt: skip
SIZE = "240 MB to download, 610 MB on disk"
PROGRAMS = ("latexmk", "xelatex", "xdvipdfmx", "makeindex", "kpsewhich", "fc-list")
FILES = (
    "xeCJK.sty", "titlesec.sty", "tabulary.sty", "unicode-math.sty", "FandolKai-Regular.otf",
    "texgyrepagella-regular.otf", "texgyrepagella-math.otf", "texgyreheros-regular.otf",
    "DejaVuSansMono.ttf", "NotoSerifCJK-Regular.ttc", "NotoSansCJK-Regular.ttc",
)  # fmt: skip
LATEXMK = ("latexmk", "-pdf", "-dvi-", "-ps-", "-interaction=nonstopmode", "-halt-on-error")
TROUBLE = re.compile(
    r"^(?:! .+|Missing character: .+|.*undefined references?\.?|LaTeX Warning: .+ undefined.*|"
    r"LaTeX Warning: .+ multiply defined.*|Overfull \\[hv]box \(\d+\.\d+pt too \w+\).*)$",
    re.MULTILINE,
)
OVERFULL = re.compile(r"\((\d+\.\d+)pt too")


def missing() -> list[str]:
    """The programs and files of LaTeX that this machine lacks."""
    lacking = [name for name in PROGRAMS if not shutil.which(name)]
    if lacking:
        return lacking
    known = subprocess.run(["kpsewhich", *FILES], stdout=subprocess.PIPE, text=True, check=False)
    fonts = subprocess.run(["fc-list", ":", "file"], stdout=subprocess.PIPE, text=True, check=True)
    found = {
        Path(line.strip().rstrip(":")).name for line in (known.stdout + fonts.stdout).split("\n")
    }
    return [name for name in FILES if name not in found]


def check_tools() -> None:
    """Ends with the line that installs LaTeX, unless it is there.

    Raises:
        SystemExit: something is missing.
    """
    if lacking := missing():
        sys.exit(
            f"The PDF was not built: {', '.join(lacking)} missing. On Debian and Ubuntu this "
            f"installs what it needs ({SIZE}):\n"
            f"apt-get install --no-install-recommends {' '.join(PACKAGES)}"
        )


def troubles(log: str) -> list[str]:
    """What LaTeX's log complains of: errors, missing glyphs, dead references, lines over 1 pt."""
    found = (line[0] for line in TROUBLE.finditer(log))
    return [line for line in found if not (over := OVERFULL.search(line)) or float(over[1]) > 1]


def run(command: list[str], folder: Path, environment: dict[str, str]) -> tuple[int, str]:
    """Exit status and output of a program that ends with this one, and with it all it started."""
    with subprocess.Popen(
        command,
        cwd=folder,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        start_new_session=True,
    ) as process:
        try:
            output, _ = process.communicate()
        except BaseException:  # latexmk would leave LaTeX running
            os.killpg(process.pid, signal.SIGKILL)
            raise
    return process.returncode, output.decode("utf8", "replace")


def typeset(sources: Path, aside: Path) -> Path | None:
    """Runs LaTeX on a copy of the folder that Sphinx wrote; the PDF, or None if it failed."""
    shutil.rmtree(aside, ignore_errors=True)
    shutil.copytree(sources, aside)
    (file,) = aside.glob("*.tex")
    environment = {
        "SOURCE_DATE_EPOCH": wheel.EPOCH,
        "FORCE_SOURCE_DATE": "1",
        "max_print_line": "1000",
    }
    status, printed = run([*LATEXMK, file.name], aside, {**os.environ, **environment})
    if status != 0:
        log = file.with_suffix(".log")
        said = log.read_text("utf8", "replace") if log.exists() else printed
        print(said[max(said.find("\n! "), 0) :][:800], flush=True)
        return None
    return file.with_suffix(".pdf")


def put(pdf: Path, folder: Path) -> Path:
    """Moves a PDF and its log into a folder, in one step each."""
    folder.mkdir(parents=True, exist_ok=True)
    log = pdf.with_suffix(".log")
    log.replace(folder / log.name)
    return pdf.replace(folder / pdf.name)


def bind(sources: Path, folder: Path) -> Path:
    """The PDF of what Sphinx wrote, in place in `pdf`, once it is whole.

    Raises:
        SystemExit: LaTeX failed; what was in place still is.
    """
    aside = folder / "aside" / "pdf"
    try:
        made = typeset(sources, aside)
        if made is None:
            sys.exit(f"The PDF was not built: LaTeX failed, see above. {kept(folder)}".rstrip())
        found = troubles(made.with_suffix(".log").read_text("utf8", "replace"))
        print(*found, sep="\n", end="\n" if found else "", flush=True)
        return put(made, folder / "pdf")
    finally:
        shutil.rmtree(aside, ignore_errors=True)


def kept(folder: Path) -> str:
    return "The last good PDF is still in place." if list(folder.glob("pdf/*.pdf")) else ""


def make(folder: Path, edition: editions.Edition) -> Path:
    """The PDF of an edition, in place.

    Raises:
        SystemExit: Sphinx or LaTeX failed.
    """
    aside = folder / "aside" / edition.place
    if book.build(edition, aside, "--builder", "latex") != 0:
        sys.exit(f"The PDF was not built: see the messages above. {kept(folder)}".rstrip())
    print(f"typesetting the edition in {edition.name}", flush=True)
    return bind(aside / "_build" / "latex", folder)


def main() -> None:
    begun = time.monotonic()
    check_tools()
    folder = ROOT / "_build"
    book.check_room(folder)
    with building.take_lock(folder / ".make-lock"):
        made = [make(folder, edition) for edition in editions.present()]
    for pdf in made:
        print(f"{pdf}, {pdf.stat().st_size / 1e6:.1f} MB")
    print(f"The PDFs are built, in {time.monotonic() - begun:.0f} s.")


if __name__ == "__main__":
    book.run(main, "PDF")
