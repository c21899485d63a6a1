"""Search in Chinese, which puts no spaces between words: by pairs of neighbouring characters.

A text is indexed, and a question is asked, as all pairs of neighbouring Chinese characters,
beside words in Latin letters. So what is found holds every pair of the question, and a word
of two or more characters is found without a dictionary.
"""

import re

from sphinx.search import SearchEnglish, languages

HAN = r"\u3400-\u4dbf\u4e00-\u9fff"
RUN = re.compile(rf"[{HAN}]+|[^\W{HAN}]+")
IS_HAN = re.compile(f"[{HAN}]")


def pairs(run: str) -> list[str]:
    """The pairs of neighbours in a run of characters; a single one stands alone."""
    return [run[i : i + 2] for i in range(len(run) - 1)] or [run]


class SearchChinese(SearchEnglish):
    """Splits text and questions in the same way; Latin words are treated as in English."""

    lang, language_name = "zh", "Chinese"
    js_splitter_code = rf"""
var splitQuery = query =>
  (query.match(/[{HAN}]+|(?:(?![{HAN}])[\p{{L}}\p{{N}}_])+/gu) || []).flatMap(run =>
    /[{HAN}]/.test(run) && run.length > 2
      ? Array.from({{length: run.length - 1}}, (_, i) => run.slice(i, i + 2)) : [run]);
"""

    def split(self, input: str) -> list[str]:
        runs = RUN.findall(input)
        return [word for run in runs for word in (pairs(run) if IS_HAN.match(run) else [run])]


def setup(app) -> None:
    languages["zh"] = SearchChinese
