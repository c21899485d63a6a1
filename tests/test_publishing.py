"""What publishes the book: workflows, the citation, the container."""

import re
import tomllib
from pathlib import Path

import pytest
import yaml

from press import bench, editions

ROOT = Path(__file__).resolve().parents[1]
WORKFLOWS = sorted((ROOT / ".github" / "workflows").glob("*.yml"))


def jobs(path: Path) -> dict:
    return yaml.safe_load(path.read_text("utf8"))["jobs"]


def test_there_are_workflows():
    assert [path.stem for path in WORKFLOWS] == ["book", "weekly"]


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda p: p.stem)
def test_every_action_is_pinned_by_commit_and_says_its_release(path):
    used = re.findall(r"uses: (.+)$", path.read_text("utf8"), re.MULTILINE)
    assert used
    for action in used:
        assert re.fullmatch(r"actions/[a-z-]+@[0-9a-f]{40}  # v\d+\.\d+\.\d+", action), action
    assert len({action.split("@")[0] for action in used}) == len(set(used)), "one pin an action"


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda p: p.stem)
def test_a_workflow_may_read_and_only_publishing_may_more(path):
    assert yaml.safe_load(path.read_text("utf8"))["permissions"] == {"contents": "read"}
    more = {name: job["permissions"] for name, job in jobs(path).items() if "permissions" in job}
    assert more in ({}, {"publish": {"pages": "write", "id-token": "write"}})
    assert all(job["timeout-minutes"] <= 120 for job in jobs(path).values())


def test_what_is_published_is_the_release_of_what_all_tests_have_seen():
    steps = jobs(ROOT / ".github" / "workflows" / "book.yml")
    said = [step.get("run") or step["uses"].split("@")[0] for step in steps["all-tests"]["steps"]]
    upload = steps["all-tests"]["steps"][-1]
    assert said[-3:] == ["make test-all", "make release", "actions/upload-pages-artifact"]
    assert upload["with"] == {"path": "_build/release/site"}
    assert set(steps["publish"]["needs"]) == set(steps) - {"publish"}
    assert not any("checkout" in step["uses"] for step in steps["publish"]["steps"])
    assert editions.ADDRESS in steps["all-tests"]["env"], "a sitemap and a preview need it"


def test_where_the_original_files_are_not_no_test_asks_for_them():
    steps = jobs(ROOT / ".github" / "workflows" / "book.yml")["elsewhere"]["steps"]
    runs = [step["run"] for step in steps if "run" in step]
    chosen = [run for run in runs if "not slow and not fulldata" in run]
    assert len(chosen) == len(runs) == 2
    assert re.search(r'make test TESTS="([^"]+)"', chosen[0])[1] in chosen[1]
    assert "TESTS :=" in (ROOT / "Makefile").read_text("utf8")


def test_the_pythons_of_the_workflow_are_those_of_the_project():
    pythons = jobs(WORKFLOWS[0])["elsewhere"]["strategy"]["matrix"]["python"]
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text("utf8"))["project"]
    first, last = (int(pythons[place].split(".")[1]) for place in (0, -1))
    assert settings["requires-python"] == f">=3.{first},<3.{last + 1}"


def test_the_citation_agrees_with_the_book():
    cited = yaml.safe_load((ROOT / "CITATION.cff").read_text("utf8"))
    book = yaml.safe_load((ROOT / "_config.yml").read_text("utf8"))
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf8"))["project"]
    colophon = (ROOT / "book" / "en" / "colophon.md").read_text("utf8")
    whole = cited["preferred-citation"]
    assert cited["title"] == whole["title"] == book["title"]
    assert cited["authors"] == whole["authors"] == [{"name": book["author"]}]
    assert cited["version"] == project["version"]
    assert str(whole["year"]) == book["copyright"]
    year, version = book["copyright"], project["version"]
    for said in (book["title"], book["author"], f"{{{year}}}", f"{{Version {version}}}"):
        assert said in colophon


def test_the_container_gets_what_a_build_needs_and_no_more():
    lines = (ROOT / "Dockerfile").read_text("utf8").splitlines()
    copied = [name for line in lines if line.startswith("COPY ") for name in line.split()[1:-1]]
    assert set(copied) == {"Makefile", *bench.KEPT}
    assert len(lines) <= 10
