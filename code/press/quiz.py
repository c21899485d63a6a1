"""Questions that a reader answers in the page: a directive, drawn without a script.

    :::{quiz} What is two and two?
    - [ ] Three.

      One too few.

    - [x] Four.

      Two, and two more.
    :::

Each answer is a `<details>` element that opens onto its verdict and explanation: browsers
give it to mouse, keyboard and screen reader. Where nothing can be opened (PDF, EPUB, text)
the question is followed by lettered answers and then by what is said about each. A book that is
one document (`press.paper`) has that at the end of the chapter.
"""

import re
from collections.abc import Iterator
from string import ascii_lowercase

from docutils import nodes
from docutils.statemachine import StringList
from sphinx.transforms.post_transforms import SphinxPostTransform
from sphinx.util.docutils import SphinxDirective

BOX = re.compile(r"\[( |x)\] ")

WORDS = {
    "en": {
        "right": "Right.",
        "wrong": "No.",
        "answer": "Answer",
        # on paper, in place of how to open an answer
        "open": "Open an answer to see whether it is right, and why.",
        "where": "Which answer is right, and why, stands at the end of the chapter",
        "stop": ".",
        "answers": "Answers",
    },
    "zh": {
        "right": "对。",
        "wrong": "不对。",
        "answer": "答案",
        "open": "点开一个答案，看看它对不对，以及为什么。",
        "where": "哪个答案对，以及为什么，见本章末尾",
        "stop": "。",
        "answers": "答案",
    },
}


class quiz(nodes.General, nodes.Element):  # docutils names its nodes in lower case
    """A question (a paragraph), then its answers."""


class answer(nodes.General, nodes.Element):
    """What can be answered (a paragraph), then the explanation; `right` says which it is."""


class Quiz(SphinxDirective):
    """A question with three or more answers, one of them right, each of them explained."""

    required_arguments = 1
    final_argument_whitespace = True
    has_content = True

    def run(self) -> list[nodes.Node]:
        body = nodes.Element()
        lines = [*self.arguments[0].splitlines(), "", *self.content]
        self.state.nested_parse(StringList(lines, self.env.docname), self.content_offset, body)
        question, *rest = body.children
        if len(rest) != 1 or not isinstance(rest[0], nodes.bullet_list):
            raise self.error("quiz: expected a question and one list of answers")
        answers = [self.read_answer(item) for item in rest[0]]
        right = sum(item["right"] for item in answers)
        if len(answers) < 3 or right != 1:
            raise self.error(
                f"quiz: expected three or more answers, one of them [x]; "
                f"got {len(answers)}, of which {right} [x]"
            )
        number = self.env.new_serialno("quiz") + 1
        question["classes"].append("quiz-question")
        question.insert(0, nodes.strong("", f"{number}. "))
        node = quiz("", question, *answers, number=number)
        self.set_source_info(node)
        return [node]

    def read_answer(self, item: nodes.list_item) -> answer:
        """An answer from its list item: `[x] what`, an empty line, why."""
        text = item[0][0] if len(item) and len(item[0]) else nodes.Text("")
        box = BOX.match(text) if isinstance(text, nodes.Text) else None
        if not box:
            raise self.error(f"quiz: an answer begins with [ ] or [x], got {item.astext()!r}")
        if len(item) < 2:
            raise self.error(f"quiz: {item.astext()!r} lacks its explanation, a second paragraph")
        item[0].replace(text, nodes.Text(text[box.end() :]))
        return answer("", *item.children, right=box[1] == "x")


def words(language: str) -> dict[str, str]:
    return WORDS["zh" if language.startswith("zh") else "en"]


def visit_quiz(self, node: quiz) -> None:
    name = f"quiz-{node['number']}"
    node[0]["ids"].append(name)
    self.body.append(f'<div class="quiz" role="group" aria-labelledby="{name}">\n')


def depart_quiz(self, node: quiz) -> None:
    self.body.append("</div>\n")


def visit_answer(self, node: answer) -> None:
    verdict = "right" if node["right"] else "wrong"
    said = words(self.builder.config.language)[verdict]
    node[1].insert(0, [nodes.strong("", said), nodes.Text(" ")])
    self.body.append(f'<details class="quiz-answer {verdict}"><summary>')
    for child in node[0]:
        child.walkabout(self)
    self.body.append("</summary>\n")
    for paragraph in node[1:]:
        paragraph.walkabout(self)
    self.body.append("</details>\n")
    raise nodes.SkipNode


def lettered(answers: list[answer]) -> Iterator[tuple[str, answer]]:
    """Each answer with its letter, as where it is printed."""
    return zip(ascii_lowercase[: len(answers)], answers, strict=True)


class OnPaper(SphinxPostTransform):
    """Questions as a book prints them, where nothing can be opened."""

    default_priority = 200

    def run(self, **_) -> None:
        if self.app.builder.format == "html" and self.app.builder.name != "epub":
            return
        for node in list(self.document.findall(quiz)):
            node.replace_self(self.printed(node))

    def printed(self, node: quiz) -> list[nodes.Node]:
        said = words(self.config.language)
        question, *answers = node.children
        options = nodes.enumerated_list(enumtype="loweralpha", prefix="", suffix=".")
        key, reasons = "", []
        for letter, item in lettered(answers):
            options += nodes.list_item("", item[0])
            verdict = said["right" if item["right"] else "wrong"]
            item[1].insert(0, [nodes.strong("", f"{letter}. {verdict}"), nodes.Text(" ")])
            reasons += item[1:]
            key = letter if item["right"] else key
        title = nodes.paragraph("", "", nodes.strong("", f"{said['answer']}: {key}"))
        said_of = nodes.block_quote("", *reasons, classes=["quiz-reasons"])
        return [question, options, title, said_of]


def setup(app) -> None:
    app.add_node(quiz, html=(visit_quiz, depart_quiz))
    app.add_node(answer, html=(visit_answer, None))
    app.add_directive("quiz", Quiz)
    app.add_post_transform(OnPaper)
