"""The usual wording, exclusions, quotas, windows and grades of a call."""

from __future__ import annotations

from huomiao.innovations.states import MixMeasure, Stage

SERIES = "wuxiao"
TITLE = "{year}年度职工“五小”创新成果征集"
AWARD_WORDING = "职工“五小”优秀创新成果"

BODY = """\
## 征集对象

本地区企事业单位在职职工，重点面向一线职工、班组、职工攻关小组和劳模（工匠）创新工作室。

## 征集要求

1. 成果已在生产、工作中应用，并产生经济效益或社会效益。
2. 成果在本年度完成，或以前完成、在本年度产生效益。
3. 成果名称准确简洁，不出现企业或品牌名称，一般不使用“……研究”字样。
4. 申报材料真实，权属清楚，不涉及国家秘密和技术秘密。

## 申报和推荐

职工可自主申报，也可由所在单位工会统一申报。各级工会逐级审核、排序，由推荐工会在名额内择优推荐。

## 评审和公示

按照形式审查、专家盲评、拟定结果、公示、发布的程序进行。公示期间对异议逐件核查、答复。"""

EXCLUSIONS: tuple[str, ...] = (
    "已列入政府科技计划，或由单位专项拨款立项、专人完成的科研项目",
    "已获得政府部门科学技术奖励的成果",
    "涉及国家秘密、国家安全或者企业技术秘密，不宜公开的成果",
    "存在知识产权权属争议的成果",
    "在往年“五小”活动中已入选的成果",
    "只提出问题或设想，尚未应用、没有成效的项目",
)

# Per recommending union: of each category, and of all together.
QUOTA_PER_CATEGORY = 10
QUOTA_IN_ALL = 40

MIX_RULES: tuple[tuple[MixMeasure, int, str], ...] = (
    (MixMeasure.PRIORITY, 50, "重点领域项目原则上不少于一半"),
    (MixMeasure.FRONTLINE, 60, "向一线职工倾斜"),
    (MixMeasure.NON_PUBLIC, 20, "扩大非公有制企业覆盖面"),
)

# From month and day to month and day of the call's year, both days whole.
WINDOWS: dict[Stage, tuple[tuple[int, int], tuple[int, int]]] = {
    Stage.DECLARE: ((4, 1), (6, 30)),
    Stage.RECOMMEND: ((5, 1), (7, 20)),
    Stage.CHECK: ((7, 21), (8, 15)),
    Stage.REVIEW: ((8, 16), (9, 30)),
    Stage.NOTICE: ((10, 9), (11, 15)),
}

GRADES: tuple[tuple[str, int], ...] = (("一等", 20), ("二等", 50), ("三等", 80), ("优秀", 150))

NOTICE_DAYS = 5
