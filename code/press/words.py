"""What the press itself says on a page, in each language. English is the key."""

import re

CHINESE = {
    # the tables of the colophon
    "Package": "软件包",
    "Version": "版本",
    "What for": "用途",
    "Variable": "变量",
    "Value": "值",
    "Page": "页面",
    "Seconds": "秒",
    "Sum": "合计",
    # what requirements.in says of a package
    "runs everything": "运行一切",
    "builds the book; 2.x is another program (MyST, not Sphinx)": (
        "构建本书；2.x 是另一个程序（MyST，不是 Sphinx）"
    ),
    "our extensions use its API; jupyter-book 1.x stays on 7": (
        "我们的扩展用它的接口；jupyter-book 1.x 停留在 7"
    ),
    "reads the pages and runs their code cells": "读取页面，运行其中的代码单元",
    "the HTML theme that we extend": "我们在其上扩展的网页主题",
    "grids, cards and tabs on the pages": "页面上的网格、卡片和标签页",
    "the copy button on code cells": "代码单元上的复制按钮",
    "citations and the reference list": "引用和参考文献",
    "reads _toc.yml": "读取 _toc.yml",
    "turns the LaTeX formulas into MathML, no JavaScript needed": (
        "把 LaTeX 公式变成 MathML，不需要 JavaScript"
    ),
    "one build at a time over a shared cache": "共用缓存时，每次只构建一份",
    "the kernel that runs the code cells": "运行代码单元的内核",
    "keeps the outputs of cells that have not changed": "保存没有改动的单元的输出",
    "runs the cells": "运行单元",
    "reads and writes the executed notebooks": "读写运行过的笔记本",
    "arrays": "数组",
    "figures": "图",
    "a real table that comes with it, and classical models beside ours": (
        "自带的一张真实表格，以及与我们的模型对照的经典模型"
    ),
    "intervals of the differences between measured networks": "实测网络之间差别的区间",
    "the models": "模型",
    "computes for Keras": "为 Keras 做计算",
}

# What the theme and the extensions say and do not translate: texts, and titles for the ear.
THEIRS = {
    "Link to this definition": "此定义的链接",
    "Link to this heading": "此标题的链接",
    "Link to this image": "此图的链接",
    "Link to this table": "此表的链接",
    "Link to this term": "此术语的链接",
    "Color mode": "颜色模式",
    "System Settings": "跟随系统",
    "Toggle primary sidebar": "展开或收起主边栏",
    "Toggle secondary sidebar": "展开或收起本页目录",
    "Main": "全书目录",
    "Page": "本页目录",
}
WHOLE = re.compile(rf'(?<=[">])({"|".join(THEIRS)})(?=["<])')

MACHINE = re.compile(r"(\d+) cores \((.+)\), (\d+) pages at a time, (\S+), (Python \S+)")


def say(english: str, language: str) -> str:
    """The words in a language; English stays as it is.

    Raises:
        KeyError: the catalogue has no such words.
    """
    if not language.startswith("zh"):
        return english
    if english not in CHINESE:
        raise KeyError(f"english: no entry in the press's catalogue for {english!r}")
    return CHINESE[english]


def all_said(page: str, language: str) -> str:
    """A page of the theme with what that left in English, as a whole text or attribute."""
    if not language.startswith("zh"):
        return page
    return WHOLE.sub(lambda found: THEIRS[found[0]], page)


def measured_on(machine: str, language: str) -> str:
    """A sentence about the machine that `make bench` described."""
    if not language.startswith("zh"):
        return f"Measured on {machine}."
    told = MACHINE.fullmatch(machine)
    said = "{} 核（{}），同时运行 {} 页，{}，{}".format(*told.groups()) if told else machine
    return f"测量环境：{said}。"
