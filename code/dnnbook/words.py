"""The words in the figures, in each language. English is the key.

A test holds this catalogue to the figures: no entry missing, none left over.
"""

CHINESE = {
    # neurons
    "AND": "与",
    "Hodgkin–Huxley": "霍奇金–赫胥黎",
    "OR": "或",
    "XOR": "异或",
    "XOR, second layer": "异或，第二层",
    "arrives": "到达",
    "axon": "轴突",
    "axon hillock": "轴丘",
    "axon of A": "A 的轴突",
    "channels": "通道",
    "current (nA)": "电流（nA）",
    "current (µA/cm²)": "电流（µA/cm²）",
    "delay (ms)": "间隔（ms）",
    "dendrite of B": "B 的树突",
    "dendrites": "树突",
    "dies out": "消失",
    "distance from the pulse (cm)": "到脉冲处的距离（cm）",
    "inputs": "输入",
    "no input": "无输入",
    "one input": "一个输入",
    "only leaks": "仅漏电",
    "output": "输出",
    "peak (mV)": "峰值（mV）",
    "peak of B (mV)": "B 的峰值（mV）",
    "pulse (µA/cm²)": "脉冲（µA/cm²）",
    "soma": "胞体",
    "spikes per second": "每秒脉冲数",
    "strength / middle strength": "强度 / 中间强度",
    "strength of each / of one": "每个的强度 / 单个的强度",
    "sum": "求和",
    "synapse (mS/cm²)": "突触（mS/cm²）",
    "synapses": "突触",
    "temperature": "温度",
    "temperature (°C)": "温度（°C）",
    "terminals": "轴突末梢",
    "threshold": "阈值",
    "time (ms)": "时间（ms）",
    "transmitter": "递质",
    "two inputs": "两个输入",
    "vesicles": "囊泡",
    "voltage (mV)": "电压（mV）",
    "weights": "权重",
    "width of the step": "阶跃的宽度",
    # one neuron
    "10 × the learning rate": "10 倍学习率",
    "10 × the points": "10 倍数据点",
    "10 × the steps": "10 倍步数",
    "1,000 × the points": "1,000 倍数据点",
    "Adam, default rate": "Adam，默认学习率",
    "Adam, rate 0.1": "Adam，学习率 0.1",
    "after steps": "步数",
    "as above": "同上",
    "batch size": "批量大小",
    "diverges": "发散",
    "epoch": "轮次",
    "every point once an epoch": "每轮每点一次",
    "fast": "快",
    "full-batch limit": "全批量极限",
    "gradient descent": "梯度下降",
    "inputs centred on 0": "输入中心化",
    "learning rate": "学习率",
    "mean squared error": "均方误差",
    "miss at $x = 10$": "$x = 10$ 处的误差",
    "momentum 0.9": "动量 0.9",
    "jitter of the answer at $x = 10$": "$x = 10$ 处答案的抖动",
    "one point at a time": "逐点训练",
    "points drawn at random": "随机抽点",
    "slope set by the slow direction": "由慢方向决定的斜率",
    "slow": "慢",
    "step": "步",
    "steps needed": "所需步数",
    # feed-forward networks
    "T-shirt/top": "T 恤",
    "Trouser": "裤子",
    "Pullover": "套头衫",
    "Dress": "连衣裙",
    "Coat": "外套",
    "Sandal": "凉鞋",
    "Shirt": "衬衫",
    "Sneaker": "运动鞋",
    "Bag": "包",
    "Ankle boot": "短靴",
    "1,024 units, frozen": "1,024 个单元，冻结",
    "128 units, frozen": "128 个单元，冻结",
    "128 units, learned": "128 个单元，学习",
    "40 % wrong": "40 % 错误",
    "accuracy": "准确率",
    "all labels right": "标签全部正确",
    "answer of the network": "网络的回答",
    "chance": "随机水平",
    "change": "变化",
    "cross-entropy": "交叉熵",
    "difference between images": "图像之间的差异",
    "layer": "层",
    "learned": "学到的",
    "length of the gradient": "梯度的长度",
    "linear": "线性",
    "lowest validation loss": "验证损失最低点",
    "no hidden layer": "没有隐藏层",
    "probability": "概率",
    "relu": "ReLU",
    "sigmoid": "sigmoid",
    "sigmoid, frozen, rescaled": "sigmoid，冻结并重新缩放",
    "sigmoid, gradients repaired": "sigmoid，修复梯度",
    "sigmoid, weights × 4": "sigmoid，权重 × 4",
    "start": "初始",
    "tanh": "tanh",
    "training": "训练",
    "true class": "真实类别",
    "validation": "验证",
    "validation accuracy": "验证准确率",
}

CATALOGUES = {"zh": CHINESE}


def translate(english: str, language: str) -> str:
    """The words in a language; English stays as it is.

    Raises:
        KeyError: the language, or the words in it, are not in the catalogue.
    """
    if language == "en":
        return english
    if language not in CATALOGUES:
        raise KeyError(f"language: expected en or one of {sorted(CATALOGUES)}, got {language!r}")
    if english not in CATALOGUES[language]:
        raise KeyError(f"english: no entry in the {language} catalogue for {english!r}")
    return CATALOGUES[language][english]
