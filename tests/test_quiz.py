"""The questions in the pages, each built by the real press in a small book."""

import re

from press import quiz

QUESTION = """
:::{quiz} What is *two* and $1+1$, in `code`?
- [ ] Three, $3$.

  One too few.

- [x] `4`

  Two, and two more.

  A second paragraph.

- [ ] Five [or] more

  Too many.

:::
"""


def ask(book, question: str) -> None:
    with (book.root / "a.md").open("a", encoding="utf8") as page:
        page.write(question)


def test_an_answer_opens_onto_its_verdict_and_its_explanation(built):
    ask(built, QUESTION + QUESTION)
    status, output = built.build()
    assert status == 0, output
    html = built.html("a")
    first, second = re.findall(r'<div class="quiz".*?</div>', html, re.DOTALL)
    assert 'role="group" aria-labelledby="quiz-1"' in first
    assert 'id="quiz-1"><strong>1. </strong>What is <em>two</em> and <math' in first
    assert 'id="quiz-2"><strong>2. </strong>' in second
    answers = re.findall(r"<details.*?</details>", first, re.DOTALL)
    assert [re.search(r'class="quiz-answer (\w+)"', a)[1] for a in answers] == [
        "wrong",
        "right",
        "wrong",
    ]
    assert "<strong>Right.</strong> Two, and two more.</p>\n<p>A second paragraph." in answers[1]
    assert "<summary>Five [or] more</summary>\n<p><strong>No.</strong> Too many." in answers[2]
    assert "[x]" not in html
    assert "[ ]" not in html


def test_paper_has_lettered_answers_and_then_the_reasons(built):
    ask(built, QUESTION)
    status, output = built.build("--builder", "latex")
    assert status == 0, output
    tex = next((built.root / "_build" / "latex").glob("*.tex")).read_text("utf8")
    part = tex[tex.index("What is") :]
    order = [
        r"\begin{enumerate}",
        "Three",
        "Five",
        r"\end{enumerate}",
        "Answer: b",
        "a. No.} One too few.",
        "b. Right.} Two, and two more.",
        "A second paragraph.",
        "c. No.} Too many.",
    ]
    places = [part.index(piece) for piece in order]
    assert places == sorted(places)
    assert r"\alph" in part[: places[1]]


WRONG = {
    "expected three or more answers, one of them [x]": QUESTION.replace("[x]", "[ ]"),
    "got 3, of which 2 [x]": QUESTION.replace("- [ ] Three", "- [x] Three"),
    "got 2, of which 1 [x]": QUESTION.replace("- [ ] Three, $3$.\n\n  One too few.\n", ""),
    "an answer begins with [ ] or [x], got 'Five": QUESTION.replace("[ ] Five", "Five"),
    "lacks its explanation": QUESTION.replace("\n  One too few.\n", ""),
    "one list of answers": QUESTION.replace("- [ ]", "[ ]").replace("- [x]", "[x]"),
}


def test_a_question_that_is_written_wrongly_fails_the_build(built):
    for complaint, said in zip(WRONG, built.complaints([*WRONG.values()]), strict=True):
        assert complaint in said


def test_the_verdict_is_in_the_language_of_the_edition():
    assert quiz.words("zh_CN")["right"] == "对。"
    assert quiz.words("en")["wrong"] == "No."
