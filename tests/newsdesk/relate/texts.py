"""Invented reports that the tests of copies edit."""

from __future__ import annotations

STORY = (
    "5月9日，全省装备制造业职工技能竞赛决赛在河口市开赛，来自二十三家企业的一百八十六名选手同场比试数控车工、焊工和电工三个项目。\n"
    "“比赛用的零件就是车间里每天要加工的零件，图纸上的公差比平时还严了一半。”担任裁判长的技术员介绍，今年第一次把设备抢修写进了试题，"
    "选手要在四十分钟里找出三处故障并写明道理。\n"
    "竞赛由省总工会主办，河口市总工会承办。各赛区从二月起组织岗位练兵，先后有一万二千多名职工报名，其中一线班组长占四成。"
    "获得各项目前三名的选手，将按规定申报技术能手，所在班组可以申请创建创新工作室。\n"
    "赛场旁边的展台上，职工们带来的小发明引来不少人围观。一台用旧电机改成的翻料架，让原来三个人抬的活变成一个人按按钮，"
    "厂里算过账，一年能省下七千多个工时。主办方表示，展出的成果将汇编成册，送到没有参赛的企业去。"
)
OTHER = (
    "入汛以来，河口市沿江各乡镇把防汛物资清点到村，二十六座泵站全部试车完毕。市水务部门说，今年的水位比常年同期高出半米，"
    "值守人员由两班改为三班，夜间巡堤每小时一趟。\n"
    "下游的圩堤上，新铺的土工布已经接到了闸口。村民自发组成的巡查队每人领到一盏头灯和一只哨子，遇到管涌先吹哨、再上报。"
    "气象台预计，周末还有一次明显降水过程，提醒低洼地带的住户提前转移粮食和牲畜。\n"
    "交通部门同时公布了三条绕行路线，渡口在水位超过警戒线时停航，学校的接送车改走高处的县道。"
)
ENGLISH = (
    "The harbour authority said on Tuesday that the repaired crane would be back at work before the end of the month, "
    "after engineers replaced the bearing that had failed in March. Two smaller cranes carried the load in the meantime, "
    "and the queue of ships outside the breakwater never grew beyond five. The works council praised the fitters, who had "
    "built a lifting frame from spare parts and saved the port three weeks of waiting for one from abroad."
)
