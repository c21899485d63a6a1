// The words of the demos in each language. English is the key, as in dnnbook/words.py.
// A test holds this catalogue to the sources: no entry missing, none left over.

const CHINESE: Record<string, string> = {
  "A kernel on an image": "图像上的卷积核",
  "AND": "与",
  "Above, the sum for row {row}, column {column}. Places along each axis: {formula}.": "上面是第 {row} 行第 {column} 列的求和。每个方向上的位置数：{formula}。",
  "Back to the start": "回到起点",
  "Begin again": "重新开始",
  "Clear": "清除",
  "Copy": "复制",
  "Gradient descent on two weights": "两个参数上的梯度下降",
  "More than three is out of reach for one unit.": "一个单元最多答对三个。",
  "OR": "或",
  "One step": "走一步",
  "One unit with two inputs": "两个输入的单元",
  "Settings": "预设",
  "Step {n}: w = {w}, b = {b}, loss {loss}. At x = 10 the neuron answers {answer}.": "第 {n} 步：w = {w}，b = {b}，损失 {loss}。当 x = 10 时神经元的回答是 {answer}。",
  "Stop": "停止",
  "Task": "任务",
  "The image; a frame marks what the kernel sees": "图像；方框是卷积核看到的部分",
  "The loss as a map over w and b, with the path of training": "w 和 b 上的损失图，以及训练的路径",
  "The peak of A for every pulse that was tried": "每个试过的脉冲下 A 的峰值",
  "The plane of the two inputs: the unit's line, and the patterns": "两个输入的平面：单元的直线与各个模式",
  "The rate is above {limit}, where every step makes it worse.": "学习率超过了 {limit}，每一步都使结果更差。",
  "The same in Keras": "用 Keras 写",
  "The same in Python": "用 Python 写",
  "The six points, the neuron's line and its errors": "六个点、神经元的直线与误差",
  "The voltages of A and B after the pulse": "脉冲之后 A 和 B 的电压",
  "Train": "训练",
  "Try them all": "全部试一遍",
  "Two neurons and a synapse": "两个神经元和一个突触",
  "What the kernel finds; a frame marks the chosen place": "卷积核的输出；方框是选中的位置",
  "XOR": "异或",
  "XOR, second layer": "异或，第二层",
  "a little too weak": "稍弱",
  "a warm membrane": "温暖的膜",
  "a weak synapse": "弱突触",
  "activation": "激活函数",
  "as in the text": "如正文",
  "beyond the limit": "超过极限",
  "column": "列",
  "just below the limit": "略低于极限",
  "just strong enough": "刚好够强",
  "kernel": "卷积核",
  "learning rate": "学习率",
  "left to right": "从左到右",
  "mean": "平均",
  "momentum": "动量",
  "momentum 0.9": "动量 0.9",
  "nothing": "不变",
  "outline": "轮廓",
  "output": "输出",
  "padding": "填充",
  "peak of A (mV)": "A 的峰值（mV）",
  "pulse (µA/cm²)": "脉冲（µA/cm²）",
  "row": "行",
  "step": "阶跃",
  "stride": "步幅",
  "sum": "求和",
  "synapse (mS/cm²)": "突触（mS/cm²）",
  "temperature": "温度",
  "ten times the rate": "十倍学习率",
  "time (ms)": "时间（ms）",
  "top to bottom": "从上到下",
  "voltage (mV)": "电压（mV）",
  "wanted": "应为",
  "weight in row {row}, column {column}": "第 {row} 行第 {column} 列的权重",
  "your own": "自定义",
  "{name} fires; its peak is {peak} mV.": "{name} 发放脉冲，峰值为 {peak} mV。",
  "{name} reaches {peak} mV, neither bump nor spike.": "{name} 达到 {peak} mV，介于小幅起伏与脉冲之间。",
  "{name} stays silent; its peak is {peak} mV.": "{name} 保持沉默，峰值为 {peak} mV。",
  "{task}: all answers are right.": "{task}：全部答对。",
  "{task}: {right} of {all} answers are right.": "{task}：{all} 个答案中有 {right} 个正确。",
};

/** Words in the language of the page; `{name}` stands for a value. */
export function word(english: string, values: Record<string, string | number> = {}): string {
  const chinese = document.documentElement.lang.startsWith("zh");
  const text = chinese ? (CHINESE[english] ?? english) : english;
  return text.replace(/\{(\w+)\}/g, (_, name) => String(values[name]));
}

/** A number as the book prints it: so many digits, and a true minus sign. */
export function print(value: number, digits: number): string {
  if (!isFinite(value)) return value > 0 ? "∞" : "−∞";
  const far = Math.abs(value) >= 1e5 || (value !== 0 && Math.abs(value) < 10 ** -digits / 2);
  if (!far) return value.toFixed(digits).replace("-", "−");
  const [mantissa, power] = value.toExponential(0).split("e");
  const raised = [...String(+power)].map((sign) => "⁰¹²³⁴⁵⁶⁷⁸⁹"[+sign] ?? "⁻").join("");
  return `${mantissa.replace("-", "−")} × 10${raised}`;
}
