"""One style sheet: what can apply stays as it was, the rest goes."""

import re

import pytest

from press import styles

KNOWN = {"card", "open", "bd-main", "w-1/2"}


@pytest.mark.parametrize(
    ("selector", "stays"),
    [
        (".card", True),
        ("div.card > .open::before", True),
        (".card.gone", False),
        (".card #gone", False),
        ("p", True),
        (":root", True),
        (".card:not(.gone)", True),
        (".card:is(.gone, .open:not(.never))", True),
        ('.card[data-x="a.b"]', True),
        (r".w-1\/2", True),
        (r".w-1\/3", False),
        ("li:nth-child(2).gone", False),
    ],
)
def test_a_rule_stays_if_its_names_are_known(selector, stays):
    assert styles.can_apply(selector, KNOWN) is stays


@pytest.mark.parametrize(
    ("css", "left"),
    [
        (".card,.gone{color:red}", ".card{color:red}"),
        (".gone{color:red}.card{color:blue}", ".card{color:blue}"),
        ("@media print{.gone{color:red}}", ""),
        (
            "@media (width>1px){@supports (a:b){.card{c:d}.gone{c:d}}}",
            "@media (width>1px){@supports (a:b){.card{c:d}}}",
        ),
        ('@charset "UTF-8";@font-face{src:url(x)}.card{c:d}', ".card{c:d}"),
        ("/* a } */.card{content:'}/*'}", ".card{content:'}/*'}"),
        ('.card{c:url("data:;{")}.gone{}', '.card{c:url("data:;{")}'),
        (":is(.card,.gone) p,.gone{c:d}", ":is(.card,.gone) p{c:d}"),
        ("@keyframes k{from{a:b}to{a:c}}", "@keyframes k{from{a:b}to{a:c}}"),
    ],
)  # fmt: skip
def test_a_sheet_is_purged(css, left):
    assert styles.purged(css, KNOWN) == left


def test_names_are_those_of_elements_and_words_of_scripts():
    found = styles.words(['<p class="a b-c" id="d">prose</p>'], ['x.classList.add("is-open")'])
    assert {"a", "b-c", "d", "is-open", "classList"} <= found
    assert "prose" not in found


def test_what_nothing_asks_for_by_name_goes_and_what_only_that_asked_for_too():
    css = (
        ":root{--a:var(--b);--b:1;--c:url(\"data:;\");--d:2;--e:3}\n"
        "p{color:var(--d);animation:k 1s}\n"
        "@keyframes k{from{a:b}}\n@keyframes gone{from{a:b}}\n"
    )  # fmt: skip
    left = styles.without_unused(css, 'style.setProperty("--e", 1)')
    assert re.findall(r"--\w+:", left) == ["--d:", "--e:"]
    assert "keyframes k{" in left
    assert "gone" not in left
    assert styles.without_unused(":root{--a:1}\np{a:b}", "") == "p{a:b}"


def test_the_licences_of_others_stay_and_our_own_rules_all_of_them():
    theirs = "/*! MIT */ /* chat */ .card{a:b} .gone{a:b}"
    sheet = styles.one_sheet([theirs, theirs], [".not-yet{c:d}"], ['<p class="card">'], [])
    assert sheet.count("/*! MIT */") == 1
    assert "chat" not in sheet
    assert ".card{a:b}" in sheet
    assert ".gone" not in sheet
    assert sheet.rstrip().endswith(".not-yet{c:d}")
