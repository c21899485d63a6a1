"""What of an earlier build is no longer true: pages to read again, a site to write anew."""

import hashlib
import shutil
from pathlib import Path

from press import digest


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


def pages(app, env, added, changed, removed) -> list[str]:
    """The pages whose text or digest is no longer the one they were read with, or whose tree.

    Those that left the book leave the site.
    """
    if app.builder.format == "html":
        for name in removed:
            Path(app.outdir, app.builder.get_target_uri(name)).unlink(missing_ok=True)
    names = []
    for name in env.found_docs - added - changed:
        text = Path(env.doc2path(name)).read_text("utf8")
        known = env.metadata[name]
        # Not the time of the file: it can be older than the page.
        same = known.get("press_text") == digest.text_digest(text)
        if not same or known.get("press_tree") != tree_digest(env, name):
            names.append(name)
            continue
        try:
            now = digest.page_digest(text) if digest.is_executed(text) else None
        except digest.SourceError:  # `execute` says so, with the page's name
            now = ""
        if known.get("kernelspec", {}).get("digest") != now:
            names.append(name)
    return names


def tree_digest(env, name: str) -> str:
    """The digest of the tree that Sphinx keeps of a page: a damaged one would end the build."""
    return hashlib.sha256(Path(env.doctreedir, f"{name}.doctree").read_bytes()).hexdigest()


def note_trees(app, env) -> None:
    for name in env.all_docs:
        env.metadata[name]["press_tree"] = tree_digest(env, name)


def note_text(app, name, source) -> None:
    app.env.metadata[name]["press_text"] = digest.text_digest(source[0])
    source[0] = digest.stamp(source[0])
