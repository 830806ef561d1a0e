"""How entries are scored: criteria that add up to a hundred points, each with described bands that cover its range.

A band holds its lower limit; the highest band holds both.
"""

from __future__ import annotations

from dataclasses import dataclass

from huomiao.innovations.defaults.categories import GENERAL, SUGGESTION


@dataclass(frozen=True)
class BandDefault:
    label: str
    low: int
    high: int
    description: str


@dataclass(frozen=True)
class CriterionDefault:
    name: str
    description: str
    points: int
    bands: tuple[BandDefault, ...]


@dataclass(frozen=True)
class RubricDefault:
    name: str
    criteria: tuple[CriterionDefault, ...]


def _bands(points: int, cuts: tuple[int, int, int], descriptions: tuple[str, str, str, str]) -> tuple[BandDefault, ...]:
    """Four bands from the best down; ``cuts`` are the lower limits of the upper three."""
    lows = (*cuts, 0)
    highs = (points, *cuts)
    labels = ("优秀", "良好", "一般", "较弱")
    rows = zip(labels, lows, highs, descriptions, strict=True)
    return tuple(BandDefault(label, low, high, description) for label, low, high, description in rows)


RUBRICS: tuple[RubricDefault, ...] = (
    RubricDefault(
        GENERAL,
        (
            CriterionDefault(
                "创新性",
                "思路、原理、结构或方法与已有做法相比新在哪里。",
                25,
                _bands(
                    25,
                    (21, 16, 10),
                    (
                        "原理、结构或方法有独创，检索不到相同做法，或已获发明、实用新型授权。",
                        "关键部分有自己的改进，在本行业少见，新颖之处讲得清楚、有依据。",
                        "把已有技术用到新的场合，作了适应性改动，在本单位是首次。",
                        "基本照搬现成产品或做法，新颖之处不明显或没有说明。",
                    ),
                ),
            ),
            CriterionDefault(
                "先进性",
                "技术指标与改进前、与同类水平相比处在什么位置。",
                15,
                _bands(
                    15,
                    (13, 10, 6),
                    (
                        "主要指标达到省内同行先进水平，有检测、对比数据证明。",
                        "主要指标比改进前显著提高，优于本单位、本系统同类做法。",
                        "部分指标有提高，对比数据不够完整。",
                        "看不出指标变化，或没有对比数据。",
                    ),
                ),
            ),
            CriterionDefault(
                "实用性",
                "是否真正解决一线问题，好不好用、稳不稳定、安不安全。",
                20,
                _bands(
                    20,
                    (17, 13, 8),
                    (
                        "解决了长期困扰一线的突出问题，连续稳定使用半年以上，操作简便、安全可靠。",
                        "解决了明确的实际问题，已正式投入使用，运行稳定。",
                        "已经试用，效果初步显现，使用条件有一定限制。",
                        "仅有样机或设想，尚未在生产、服务中使用。",
                    ),
                ),
            ),
            CriterionDefault(
                "经济效益",
                "年新增利润、节约支出与投入相比如何，计算依据是否可信；按行业特点衡量，不只看绝对数。",
                20,
                _bands(
                    20,
                    (17, 12, 6),
                    (
                        "年效益显著，远高于投入，计算依据完整，有财务部门盖章证明。",
                        "年效益明显，高于投入，计算依据清楚。",
                        "有一定效益，计算较粗，证明材料不全。",
                        "效益不明显，或没有计算依据。",
                    ),
                ),
            ),
            CriterionDefault(
                "社会效益",
                "对安全、环保、节能、质量、劳动条件和职工健康的作用。",
                10,
                _bands(
                    10,
                    (8, 6, 3),
                    (
                        "消除了重大隐患或明显减少污染、能耗，劳动条件根本改善。",
                        "安全、环保、质量或劳动条件有明显改善，有事实说明。",
                        "有一定改善，作用范围较小。",
                        "作用不明显或没有说明。",
                    ),
                ),
            ),
            CriterionDefault(
                "推广价值",
                "在班组、单位、行业中推广的条件和前景。",
                10,
                _bands(
                    10,
                    (8, 6, 3),
                    (
                        "已在多个单位推广应用，成本低、易复制，全行业可用。",
                        "已在本单位多个班组或车间推广，同类单位可以借鉴。",
                        "可在本单位相似岗位推广。",
                        "只适用于个别设备或场合，难以推广。",
                    ),
                ),
            ),
        ),
    ),
    RubricDefault(
        SUGGESTION,
        (
            CriterionDefault(
                "创新",
                "角度和办法新在哪里。",
                10,
                _bands(
                    10,
                    (8, 6, 3),
                    (
                        "视角独到，提出了以前没有的解决办法。",
                        "在已有做法上提出了明显更好的改进。",
                        "借鉴别处经验，结合本单位情况作了调整。",
                        "常见做法，没有新意。",
                    ),
                ),
            ),
            CriterionDefault(
                "可行",
                "措施是否具体，人力、资金、技术条件是否具备。",
                20,
                _bands(
                    20,
                    (17, 13, 8),
                    (
                        "措施具体到步骤、责任和资源，投入小，可立即实施。",
                        "措施清楚，条件基本具备，稍作准备即可实施。",
                        "方向可行，部分措施还需细化。",
                        "只提问题没有办法，或条件不具备。",
                    ),
                ),
            ),
            CriterionDefault(
                "采纳实施",
                "是否经单位正式采纳，实施到什么程度，有无证明。",
                30,
                _bands(
                    30,
                    (25, 19, 11),
                    (
                        "单位正式采纳并全面实施，已写入制度、规程或标准，证明材料齐全。",
                        "单位正式采纳，在主要范围内实施，有证明材料。",
                        "已经采纳，部分实施或正在试行。",
                        "尚未采纳，或只有口头同意。",
                    ),
                ),
            ),
            CriterionDefault(
                "效益",
                "实施后在质量、效率、安全、环保、节支等方面的成效。",
                20,
                _bands(
                    20,
                    (17, 12, 6),
                    (
                        "成效显著，有实施前后的完整数据和单位证明。",
                        "成效明显，有主要数据支持。",
                        "有一定成效，数据不完整。",
                        "成效不明显或没有数据。",
                    ),
                ),
            ),
            CriterionDefault(
                "推广",
                "在其他班组、单位、行业推广的价值。",
                20,
                _bands(
                    20,
                    (17, 12, 6),
                    (
                        "已在多个单位推广，普遍适用，花钱少、见效快。",
                        "已在本单位推广，同类单位可以直接借鉴。",
                        "可在相似岗位推广。",
                        "只适用于个别情况。",
                    ),
                ),
            ),
        ),
    ),
)
