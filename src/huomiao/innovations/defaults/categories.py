"""The five kinds of result that give 五小 its name, with the questions that help a worker choose."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class CategoryDefault:
    code: str
    name: str
    definition: str
    hints: tuple[str, ...]
    rubric: str


GENERAL = "通用评分标准"
SUGGESTION = "小建议评分标准"

CATEGORIES: tuple[CategoryDefault, ...] = (
    CategoryDefault(
        code="invention",
        name="小发明",
        definition="对产品、机器、仪器仪表，或对生产流程、检测和控制方法作出的创新或改造，形成以前没有的装置、产品或方法。",
        hints=(
            "做出了本单位以前没有的装置、工具、产品或检测方法",
            "已经申请或者准备申请专利",
            "原理或结构是自己想出来的，不是照着现成产品改的",
        ),
        rubric=GENERAL,
    ),
    CategoryDefault(
        code="creation",
        name="小创造",
        definition="对现有设备、工具进行的小型改装或再造，用来提高效率，或把废旧物料重新利用起来。",
        hints=(
            "在现有设备或工具上加装、拼装、改制而成",
            "利用了闲置、报废的设备或边角余料",
            "主要是为了让手头的活干得更快、更省",
        ),
        rubric=GENERAL,
    ),
    CategoryDefault(
        code="design",
        name="小设计",
        definition="针对生产、加工中遇到的关键技术问题开展研究，提出并落实了可行的解决方案，包括图样、流程、程序和布局设计。",
        hints=(
            "成果主要是图样、方案、程序、版面或流程设计",
            "先研究了一个具体的技术难题，再给出解决方案",
            "方案已经用在生产、施工或服务中",
        ),
        rubric=GENERAL,
    ),
    CategoryDefault(
        code="renovation",
        name="小革新",
        definition="对落后的工艺、操作方法、陈旧设备或传统绝技绝活进行改革，使工艺更先进，或使某项技术性能明显改善。",
        hints=(
            "改了工艺、操作法、参数或作业顺序",
            "改造前后有可以对比的数据，例如工时、能耗、合格率",
            "针对的是老设备、老工艺、老办法",
        ),
        rubric=GENERAL,
    ),
    CategoryDefault(
        code="suggestion",
        name="小建议",
        definition="在质量、技术、安全环保、节能降碳、管理、智能化改造和数字化转型等方面提出，经采纳、应用和检验后取得成效的改进或推广建议。",
        hints=(
            "成果是一条建议，由本单位采纳后组织实施",
            "主要改进管理、服务、安全、环保或流程，没有做出新装置",
            "能说清是谁采纳的、什么时候实施的、效果怎样",
        ),
        rubric=SUGGESTION,
    ),
)
