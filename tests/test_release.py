"""The release: complete or absent, the same bytes, and offered where it is."""

import hashlib
import json
import re
import sys
import zipfile
from pathlib import Path

import builds
import pytest

from press import archive, editions, release, wheel

ROOT = Path(__file__).resolve().parents[1]
NAMES = {
    "deep-neural-networks.epub",
    "deep-neural-networks-zh.epub",
    "deep-neural-networks.pdf",
    "deep-neural-networks-notebooks.zip",
    "deep-neural-networks-site.zip",
    wheel.name(),
    "sbom.cdx.json",
    "SHA256SUMS",
}


@pytest.fixture
def built(tmp_path):
    """A folder with what the runs before a release leave: sites, e-books, one PDF of two."""
    build = tmp_path / "_build"
    for place in ("", "zh/"):
        site = build / "html" / place
        (site / "notebooks").mkdir(parents=True)
        (site / "index.html").write_text(f"<article><p>Hello {place}</p></article>")
        (site / "notebooks" / "toy.ipynb").write_text("{}")
    (build / "html" / "wheels").mkdir()
    (build / "html" / "wheels" / wheel.name()).write_bytes(b"wheel")
    for name in ("epub/deep-neural-networks", "epub/deep-neural-networks-zh"):
        (build / "epub").mkdir(exist_ok=True)
        (build / f"{name}.epub").write_bytes(b"0" * 2_340_000)
    (build / "pdf").mkdir()
    (build / "pdf" / "deep-neural-networks.pdf").write_bytes(b"0" * 1_000_000)
    return build


def files(folder: Path) -> dict[str, bytes]:
    found = (file for file in folder.rglob("*") if file.is_file())
    return {file.relative_to(folder).as_posix(): file.read_bytes() for file in found}


def test_a_release_has_everything_and_its_digests_are_true_and_it_is_the_same_again(built):
    release.make(built)
    place = built / "release"
    assert {path.name for path in place.iterdir()} == NAMES | {"site"}
    for line in (place / "SHA256SUMS").read_text().splitlines():
        digest, name = line.split("  ")
        assert hashlib.sha256((place / name).read_bytes()).hexdigest() == digest
    assert len((place / "SHA256SUMS").read_text().splitlines()) == len(NAMES) - 1
    listed = json.loads((place / "sbom.cdx.json").read_text())
    assert listed["bomFormat"] == "CycloneDX"
    locked = re.findall(r"^([\w.-]+)==", (ROOT / "requirements.txt").read_text(), re.MULTILINE)
    assert {part["name"] for part in listed["components"]} == set(locked)
    held = [part["externalReferences"][0]["hashes"] for part in listed["components"]]
    digests = {digest["content"] for hashes in held for digest in hashes}
    assert digests == set(re.findall(r"sha256:(\w+)", (ROOT / "requirements.txt").read_text()))
    first = files(place)
    release.make(built)
    assert files(place) == first
    assert not (built / "aside" / "release").exists()


def test_each_landing_page_offers_what_is_there_with_sizes_and_no_dead_link(built):
    release.make(built)
    site = built / "release" / "site"
    english, chinese = ((site / place / "index.html").read_text() for place in ("", "zh/"))
    for place, page in (("", english), ("zh/", chinese)):
        links = re.findall(r'href="([^"]+)"', page)
        assert all((site / place / link).resolve().exists() for link in links), links
    assert "PDF" in english
    assert "PDF" not in chinese, "there is none in Chinese"
    assert "deep-neural-networks.epub" in english
    assert "deep-neural-networks-zh.epub" in chinese
    assert "2.3\u00a0MB" in english
    assert english.index("Hello") < english.index("downloads/") < english.index("</article>")


def test_what_is_published_is_the_site_but_for_the_landing_pages_and_the_files(built):
    release.make(built)
    changed = builds.differing(built / "html", built / "release" / "site")
    offered = {name for name in changed if name.startswith("downloads/")}
    assert set(changed) - offered == {"index.html", "zh/index.html"}
    assert len(offered) == len(NAMES) - 2, "all but digests and packages"


def test_a_pdf_of_an_older_text_stays_out(built):
    release.make(built, kinds=("epub",))
    assert not list((built / "release").rglob("*.pdf"))


def test_the_site_in_the_archive_is_the_plain_one(built):
    release.make(built)
    with zipfile.ZipFile(built / "release" / "deep-neural-networks-site.zip") as packed:
        page = packed.read("deep-neural-networks/index.html").decode()
        names = packed.namelist()
    assert page == (built / "html" / "index.html").read_text()
    assert names == sorted(names)
    assert not [name for name in names if "downloads" in name]


def test_a_release_that_fails_leaves_the_last_good_one(built, monkeypatch):
    release.make(built)
    good = files(built / "release")
    (built / "html" / "index.html").write_text("no article")
    with pytest.raises(SystemExit, match="has no article"):
        release.make(built)
    assert files(built / "release") == good
    monkeypatch.setitem(sys.modules, "cyclonedx.output.json", None)  # as where it is not installed
    with pytest.raises(SystemExit, match=r"Is requirements-test\.txt installed"):
        release.make(built)
    assert files(built / "release") == good


def test_an_archive_holds_neither_the_date_nor_the_rights_of_its_files(tmp_path):
    folder = tmp_path / "x"
    folder.mkdir()
    (folder / "b").write_text("b")
    (folder / "a").write_text("a")
    first = archive.pack(folder, tmp_path / "1.zip", "top").read_bytes()
    (folder / "a").chmod(0o600)
    (folder / "b").touch()
    assert archive.pack(folder, tmp_path / "2.zip", "top").read_bytes() == first
    with zipfile.ZipFile(tmp_path / "1.zip") as packed:
        assert packed.namelist() == ["top/a", "top/b"]


def test_every_kind_of_file_is_named_in_every_language():
    languages = {one.language[:2] for one in editions.ALL}
    assert all(set(said) == languages for said in [*release.SAID.values(), release.TITLE])
