"""Tables that cells print, in the language of the edition.

Both editions show the outputs of one execution, and those are in English. What is a word in
a table, a name or a remark, is put into Chinese here as the page is written; code in a table
stays as it is.
"""

import re

from docutils import nodes
from sphinx.transforms.post_transforms import SphinxPostTransform

from dnnbook import words

CELLS = {
    # a model as a table
    "Layer (type)": "层（类型）",
    "Layer": "层",
    "Output shape": "输出形状",
    "Parameters": "参数",
    "Total": "合计",
    "of which trainable": "其中可训练",
    "of which not trainable": "其中不可训练",
    # the ledger
    "Network": "网络",
    "Networks": "网络",
    "Runs": "运行次数",
    "Epochs": "轮次",
    "Test accuracy": "测试准确率",
    "CPU seconds": "CPU 秒数",
    "Claimed": "原文声称",
    "From few images": "用少量图像",
    "From all": "用全部图像",
    "Points above the network": "高出该网络的百分点",
    "not measured: CIFAR-10 could not be downloaded": "未测量：CIFAR-10 无法下载",
    "Validation accuracy": "验证准确率",
    # mistakes
    "Written": "这样写",
    "What Keras says, and what to write": "Keras 的说法，以及应当怎样写",
    # claims beside which no measurement stands
    "Text": "出处",
    "Images": "图像",
    "Fashion-MNIST leaderboard, self-submitted": "Fashion-MNIST 排行榜，自行提交",
    "three convolutions, normalised": "三个卷积，带归一化",
    "people": "人",
    # what texts leave open
    "Left open, or other than in the text": "原文未说明，或与原文不同之处",
    "Rate not stated: 0.001, Keras's default.": "未说明学习率：取 0.001，Keras 的默认值。",
    "Initialiser not stated: Glorot uniform, Keras's default.": (
        "未说明初始化方法：取 Glorot 均匀分布，Keras 的默认值。"
    ),
    "Glorot uniform, Keras's default, where the course has PyTorch's.": (
        "取 Keras 默认的 Glorot 均匀分布，课程用的是 PyTorch 的默认值。"
    ),
    "Slope 0.3, Keras's default, for 0.1.": "斜率取 Keras 默认的 0.3，课程用的是 0.1。",
    "Momentum of the averages not stated: 0.99, Keras's default.": (
        "未说明滑动平均的动量：取 0.99，Keras 的默认值。"
    ),
    "Batch not stated: 32, the default of fit.": "未说明批量：取 32，即 fit 的默认值。",
    "Glorot uniform, Keras's default; the text starts otherwise.": (
        "取 Keras 默认的 Glorot 均匀分布，原文的初始化不同。"
    ),
    "Images from 0 to 1, where the course has −1 to 1, and fewer of them for validation.": (
        "图像取 0 到 1，课程取 −1 到 1；留作验证的图像较少。"
    ),
    "Optimizer and initialiser are those of the text's code.": (
        "优化器和初始化方法与原文的代码相同。"
    ),
    "Nothing: the text starts with Glorot uniform too.": "无：原文也从 Glorot 均匀分布开始。",
    "Its images are MNIST's; here it learns Fashion-MNIST.": (
        "原文的图像是 MNIST 的，这里学习 Fashion-MNIST。"
    ),
    "The text validates on the test images; here they are used once.": (
        "原文用测试图像做验证，这里测试图像只用一次。"
    ),
}
WITHIN = (  # in a cell, beside a number or a name
    (re.compile(r" ?\(([\d,]+) trainable\)"), r"（\1 可训练）"),
    (re.compile(r" \((\S+) to (\S+)\)"), r"（\1 到 \2）"),
    (re.compile(r" \(training\)"), "（训练集）"),
    (re.compile(r" \(out of date\)"), "（已过时）"),
)
SENTENCE = re.compile(r"(?<=\.) (?=[A-Z])")


def one(english: str) -> str:
    """A name or a remark in Chinese, or as it is."""
    return CELLS.get(english) or words.CHINESE.get(english, english)


def cell(english: str) -> str:
    """The text of a cell in Chinese: as a whole, as a list of names, or as sentences."""
    text = english.replace("\u2019", "'").strip()
    if one(text) != text:
        return one(text)
    for between, then in ((r"; ", "；"), (SENTENCE.pattern, "")):
        parts = re.split(between, text)
        if len(parts) > 1 and all(one(part) != part for part in parts):
            return then.join(map(one, parts))
    for pattern, chinese in WITHIN:
        english = pattern.sub(chinese, english)
    return english


class InChinese(SphinxPostTransform):
    """Goes through the tables among the outputs of a Chinese page."""

    default_priority = 800

    def run(self, **_) -> None:
        if not self.config.language.startswith("zh"):
            return
        outputs = (n for n in self.document.findall(nodes.container) if is_output(n))
        entries = [entry for output in outputs for entry in output.findall(nodes.entry)]
        for text in [text for entry in entries for text in entry.findall(nodes.Text)]:
            said = cell(str(text))
            if said != text and not isinstance(text.parent, nodes.literal):
                text.parent.replace(text, nodes.Text(said))


def is_output(node: nodes.container) -> bool:
    return "cell_output" in node["classes"]


def setup(app) -> None:
    app.add_post_transform(InChinese)
