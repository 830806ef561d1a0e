"""The results that the demo province declares: what they are about, in words of the trade, and how good they are."""

from __future__ import annotations

import random
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from huomiao.demo.province import POSTS, SEED, TITLES, Province, Unit, person

# The distribution of 2023: what the bulletin must find again.
CATEGORY_COUNTS = {"小发明": 207, "小创造": 92, "小设计": 44, "小革新": 154, "小建议": 13}
PRIORITY_COUNT = 331
# Divisions that sent nothing in 2023, which leaves thirty-five.
SILENT_DIVISIONS = frozenset({"02", "55", "68", "74"})

# What people work on, by division; the words come back in title, problem and solution.
OBJECTS: dict[str, list[str]] = {
    "02": ["苗木移栽", "林区巡护", "油茶果脱壳", "防火隔离带清理"],
    "06": ["综采支架", "皮带运输机", "井下排水泵", "通风风门", "瓦斯抽放管"],
    "09": ["浮选机", "球磨机衬板", "尾矿输送管", "井下铲运机", "破碎机颚板", "矿浆取样"],
    "13": ["砻谷机胶辊", "大米色选机", "油料压榨机", "面粉包装线", "稻谷烘干塔", "饲料制粒机"],
    "14": ["米粉挤丝机", "真空包装机", "蜜饯烘房", "杀菌釜", "灌装封口机", "面点成型线", "冷库门帘"],
    "17": ["细纱机吸棉管", "络筒机接头", "浆纱机压辊", "织机断经自停", "梳棉机落棉箱", "纺纱车间加湿", "布匹验布机"],
    "18": ["羽绒充绒机", "裁床拉布", "吊挂线衣架", "锁眼机定位", "整烫台蒸汽", "钉扣机送扣", "成衣折叠"],
    "21": ["实木榫头加工", "家具喷涂房", "封边机胶锅", "木皮拼缝", "床屏软包", "板材开料锯", "木屑回收"],
    "25": ["常减压装置加热炉", "换热器管束", "油品采样口", "催化剂装卸", "储罐呼吸阀", "机泵密封"],
    "26": ["反应釜搅拌", "氯碱电解槽", "离心机卸料", "粉体投料口", "尾气吸收塔", "蒸汽冷凝水", "有机硅单体精馏"],
    "27": [
        "中药饮片切制",
        "胶囊填充机",
        "提取罐出渣",
        "洁净区传递窗",
        "铝塑泡罩机",
        "药液灌装针",
        "药材清洗池",
        "颗粒整粒机",
    ],
    "30": [
        "陶瓷注浆成型",
        "釉线喷釉",
        "水泥回转窑",
        "窑尾预热器",
        "砖坯码垛",
        "玻璃纤维拉丝",
        "辊道窑传动",
        "球磨泥浆筛",
    ],
    "31": ["高炉铁口开口", "连铸结晶器", "轧机导卫", "钢包滑动水口", "加热炉炉门", "棒材冷床", "弹簧扁钢校直"],
    "32": [
        "阳极板整形",
        "电解槽短路",
        "铜杆连铸连轧",
        "稀土萃取槽",
        "钨粉还原炉",
        "锂盐蒸发结晶",
        "铜箔收卷",
        "阴极板剥片",
    ],
    "33": ["冲压模具", "喷粉涂装线", "螺栓拧紧", "激光切割排料", "焊接变位", "丝网编织", "五金电镀挂具"],
    "34": [
        "数控车床排屑",
        "轴承套圈磨削",
        "液压缸装配",
        "齿轮检测",
        "铸件清砂",
        "叉车货叉",
        "压缩机管路试压",
        "刀具对刀",
    ],
    "35": ["工程机械动臂焊接", "矿山设备翻转", "大型箱体吊装", "液压支柱试验", "农机割台", "环保除尘滤袋", "机架退火"],
    "37": [
        "飞机蒙皮钻铆",
        "直升机桨叶修型",
        "机匣毛刺去除",
        "导管弯制",
        "复材铺层定位",
        "铁路道岔除雪",
        "机车轮对检测",
        "工装型架测量",
    ],
    "38": ["光伏组件层压", "硅片分选", "电池串焊", "锂电极片分切", "储能柜接线", "变压器绕线", "硅棒截断", "电缆挤塑"],
    "39": [
        "贴片机吸嘴",
        "线路板钻孔",
        "触控屏贴合",
        "耳机点胶",
        "LED 固晶",
        "回流焊炉温",
        "铜箔蚀刻",
        "手机中框检测",
        "连接器插针",
    ],
    "40": ["压力表校验", "流量计标定", "光学镜片清洗", "传感器老化试验", "电表接线端", "温控仪调试"],
    "44": [
        "配电柜接地线",
        "变压器取油样",
        "架空线路验电",
        "电缆头制作",
        "绝缘子清扫",
        "汽轮机滤油",
        "煤粉取样",
        "表箱封印",
    ],
    "46": ["水厂加药", "管网听漏", "滤池反冲洗", "水表更换", "泵房格栅清污", "井盖启闭"],
    "47": ["楼板预留洞", "脚手架连墙件", "剪力墙模板", "塔吊防碰撞", "砌块切割", "外墙吊篮"],
    "48": ["桥梁支座更换", "沥青路面灌缝", "隧道二衬台车", "护栏打桩", "伸缩缝清理", "锚杆钻孔"],
    "51": ["仓库分拣", "托盘缠膜", "冷链周转箱", "货架盘点", "散货称重"],
    "53": ["铁鞋取放", "货车篷布绑扎", "调车作业联控", "道岔涂油", "集装箱锁销", "接触网巡检", "车号识别"],
    "54": ["公交车门防夹", "驾驶区隔断", "轮胎拆装", "车厢消毒", "充电枪收纳", "客运站行包安检", "尿素加注"],
    "55": ["船闸浮式系船柱", "缆绳收放", "码头系泊"],
    "60": ["邮件分拣格口", "信盘搬运", "包裹称重量方", "投递车充电", "邮袋封装"],
    "63": ["光缆接续", "基站蓄电池检测", "机房走线架", "光纤跳线标识", "铁塔登高", "装维工具包"],
    "66": ["票据装订", "现金清分", "网点排队叫号", "印章管理", "远程核保材料"],
    "68": ["理赔查勘", "保单归档"],
    "74": ["岩心钻取样", "水准测量标尺", "物探电缆收放"],
    "76": ["闸门启闭机", "大坝渗压观测", "清漂船打捞", "灌区量水", "水轮机剪断销"],
    "78": ["垃圾转运压缩", "道路护栏清洗", "绿化修剪", "公厕除臭", "落叶收集", "路灯检修"],
    "83": ["数控实训台", "焊接教学工位", "汽车发动机拆装教具", "幼儿晨检", "实验室废液收集", "课堂点名"],
    "84": [
        "输液泵挂架",
        "病床转运",
        "手术器械清洗",
        "新生儿采血固定",
        "压疮翻身垫",
        "检验试管分拣",
        "导管固定",
        "药房发药核对",
    ],
    "91": ["窗口叫号取件", "档案扫描", "群众诉求分办", "会议签到", "证照批量打印", "惠企政策匹配"],
}

# Endings of a title by category; {o} is what it is about, {q} a quality.
TITLES_BY_CATEGORY: dict[str, list[str]] = {
    "小发明": ["一种{q}{o}装置", "{q}{o}专用工具", "{o}{q}检测仪", "{o}用{q}夹具", "{q}{o}辅助机构"],
    "小创造": ["{o}{q}改制小车", "利用废旧料自制{q}{o}台架", "{o}{q}组合工装", "{q}{o}快换架"],
    "小设计": ["{o}{q}布局设计", "{q}{o}结构优化设计", "{o}{q}方案设计"],
    "小革新": ["{o}{q}工艺改进", "{o}{q}操作法", "{q}{o}流程改造", "{o}设备{q}技术改造"],
    "先进操作法": ["{o}{q}操作法", "{q}{o}三步法", "{o}{q}点检法"],
    "合理化建议": ["关于{o}{q}改造的建议", "{o}增设{q}装置的建议"],
    "绝技绝活": ["{o}{q}手法", "{q}{o}一听二摸三看"],
    "小建议": ["关于{o}{q}管理的建议", "{o}实行{q}巡检的建议"],
}
QUALITIES = [
    "快装",
    "防错",
    "自锁",
    "免拆",
    "节能",
    "双工位",
    "可调式",
    "气动",
    "磁吸",
    "便携",
    "在线",
    "低噪声",
    "一体化",
    "防尘",
    "轻量化",
    "联锁",
    "自清洁",
    "模块化",
]
# A trouble is when + what + so; a method is where + how + part + by + so: few words, many different sentences.
WHEN = [
    "夜班",
    "赶订单时",
    "雨季",
    "换规格时",
    "新员工顶岗时",
    "检修之后",
    "交接班前后",
    "高温天",
    "月底盘点时",
    "来料波动时",
    "两班倒以后",
    "旺季",
]
WHAT = [
    "要靠两个人配合手工对位",
    "停机清理一次要{a}多分钟",
    "全凭经验判断",
    "手必须伸进设备内部",
    "备件外购要等{a}天",
    "工具进不去，先得拆三处护板",
    "空转占了将近三成",
    "记录写在纸上常常漏项",
    "边角料只能当废料处理",
    "频繁误动作",
    "只能抽检，不良品流到下道工序",
    "噪声和粉尘都超出目标值",
    "来回搬运要走{a}米",
    "读数看不清，全靠估",
]
WORSE = [
    "一班下来腰酸背痛",
    "每月累计停机超过{b}小时",
    "返工率长期在 {b}% 上下",
    "班组{b}次提出整改",
    "只能降负荷运行",
    "出了问题往回查要翻半天",
    "一年损失可观",
    "职工体检时反映强烈",
    "客户为此投诉过{b}回",
    "老师傅离岗后没人接得住",
    "安全员多次开出隐患单",
]
WHERE = [
    "进料侧",
    "操作侧",
    "出口端",
    "底座上",
    "主轴旁",
    "护罩内",
    "控制箱旁",
    "工作台面上",
    "回程端",
    "转运口",
    "支架顶部",
    "检修口",
]
HOW = ["加装", "改用", "自制", "增设", "换装", "嵌入"]
PART = [
    "楔形快换座",
    "双级限位块",
    "滚珠导向套",
    "偏心压紧轮",
    "带刻度的定位样板",
    "弹簧缓冲销",
    "对射光电开关",
    "旁通过滤器",
    "磁吸托盘",
    "可抽出的耐磨衬套",
    "气动推杆",
    "软启动模块",
    "湿度变送器",
    "防错插销",
    "扫码枪和提示灯",
    "自定心夹头",
    "导流槽",
    "双侧对称夹臂",
]
BY = [
    "用报废气缸和型材拼装而成",
    "尺寸按近两年的故障记录反复修正",
    "接口统一成三种规格",
    "与原有控制回路互锁",
    "角度可在{a}度内调节",
    "全部利用库存旧件",
    "由班组自己车、铣、焊完成",
    "先用三维打印做了{b}版样件",
    "参数写进原有程序的空余段",
    "受力点前移了{a}毫米",
    "按人机工程重新排了高度",
    "把原来的螺栓连接全部取消",
]
SO = [
    "断气断电时自动回到安全位置",
    "一个人单手就能完成",
    "不必停主线即可检修",
    "误差超过{b}格便不放行",
    "拆装只需一把扳手",
    "异常时先减速再停机并提示部位",
    "清理时整体抽出冲洗",
    "交接班时数据自动留存",
    "新老员工做出来一个样",
    "高温段不再需要人靠近",
    "材料余量省下{b}毫米",
]
OUTCOMES = [
    "单次作业时间由{a}分钟降到{b}分钟，返工率下降六成",
    "设备有效作业率提高{b} 个百分点，近半年未再发生同类故障",
    "一个人即可完成，劳动强度明显降低，安全隐患得到消除",
    "能耗同比下降{b}%，按当前产量一年可节约用电{a}万千瓦时",
    "合格率由 93% 提高到 98.{b}%，客户投诉归零",
    "废料利用率提高 {a}%，备件费用下降近一半",
]
SPREAD = [
    "已在本单位{a}条同类产线应用，兄弟车间正在仿制",
    "自投用以来运行{a}个月，状态稳定，已写入作业指导书",
    "已覆盖全部{a}个班组，并纳入新员工培训内容",
    "在本系统三家单位试用，反馈良好，具备批量制作条件",
]
SOCIAL = [
    "减轻了一线职工劳动强度，改善了作业环境",
    "减少了现场人员暴露在危险区的时间，安全管理更有把握",
    "带动班组形成了每月一改的习惯，培养了两名青年技术骨干",
    "降低了排放和材料消耗，符合绿色生产要求",
]
OUTLOOK = [
    "结构简单、成本低，同类设备均可套用",
    "图纸和操作视频已整理，可直接推广到同行业",
    "适合设备老旧、预算有限的中小企业采用",
]


@dataclass(frozen=True)
class Person:
    name: str
    post: str
    title: str
    staff_number: str


@dataclass(frozen=True)
class Result:
    """One result as its unit tells it, and how good the experts will find it (a standard score)."""

    unit: Unit
    category: str
    is_priority: bool
    title: str
    authors: list[Person]
    problem: str
    solution: str
    application: str
    social_benefit: str
    outlook: str
    abstract: str
    finished_on: date
    saving: Decimal
    basis: str
    quality: float


def workforce(province: Province, *, each: int = 14) -> dict[str, list[Person]]:
    """The people on each unit's roster, by unit code."""
    rng = random.Random(SEED + 1)  # noqa: S311  # a story told from a seed, nothing secret
    return {
        unit.code: [
            Person(person(rng), rng.choice(POSTS), rng.choice(TITLES), f"{unit.code[-4:]}{number:04d}")
            for number in range(1, each + 1)
        ]
        for unit in province.units
    }


def of_2023(province: Province, people: dict[str, list[Person]], *, scale: int = 1) -> list[Result]:
    """The declarations of 2023: each union its share, and the totals of ``CATEGORY_COUNTS`` and ``PRIORITY_COUNT``."""
    rng = random.Random(SEED + 2)  # noqa: S311  # as above
    units = [unit for unit in province.units if unit.division not in SILENT_DIVISIONS]
    chosen: list[Unit] = []
    for union, share in province.shares.items():
        own = [unit for unit in units if unit.union == union]
        chosen += [own[place % len(own)] for place in range(share * scale)]
    categories = [name for name, count in CATEGORY_COUNTS.items() for _place in range(count * scale)]
    rng.shuffle(categories)
    could_be = [place for place, unit in enumerate(chosen) if unit.field]
    priority = set(rng.sample(could_be, PRIORITY_COUNT * scale))
    made = Maker(rng, people, 2023)
    return [
        made.result(unit, category, is_priority=place in priority)
        for place, (unit, category) in enumerate(zip(chosen, categories, strict=True))
    ]


def of_year(
    province: Province, people: dict[str, list[Person]], year: int, count: int, *, categories: list[str], seed: int = 0
) -> list[Result]:
    """``count`` declarations of another year, spread over all unions."""
    rng = random.Random(SEED + year + seed)  # noqa: S311  # as above
    made = Maker(rng, people, year)
    units = rng.sample(province.units, len(province.units))
    return [
        made.result(unit, rng.choice(categories), is_priority=bool(unit.field) and rng.random() < 0.8)
        for unit in (units[place % len(units)] for place in range(count))
    ]


class Maker:
    """Tells results one after the other, no two with the same title."""

    def __init__(self, rng: random.Random, people: dict[str, list[Person]], year: int) -> None:
        self.rng = rng
        self.people = people
        self.year = year
        self.titles: set[str] = set()

    def result(self, unit: Unit, category: str, *, is_priority: bool) -> Result:
        rng = self.rng
        thing = rng.choice(OBJECTS[unit.division])
        a, b = rng.randint(12, 60), rng.randint(2, 9)
        fill: dict[str, object] = {"o": thing, "a": a, "b": b}
        first, second = self._method(fill), self._method(fill)
        outcome = "；".join(text.format(**fill) for text in rng.sample(OUTCOMES, 2))
        saving = Decimal(rng.choice([3, 5, 8, 12, 18, 26, 40, 65, 120])) + Decimal(rng.randint(0, 99)) / 100
        finished = date(self.year, rng.randint(1, 6), rng.randint(1, 28))
        unit_people = self.people[unit.code]
        return Result(
            unit=unit,
            category=category,
            is_priority=is_priority,
            title=self._title(category, thing),
            authors=rng.sample(unit_people, rng.choice([1, 2, 3, 3, 4, 5])),
            problem=f"{self._trouble(thing, fill)}；{self._trouble('', fill)}。",
            solution=f"{first}。{rng.choice(['同时', '在此基础上', '另外', '第二步'])}，{second}。改进后{outcome}。",
            application=f"{rng.choice(SPREAD).format(**fill)}。",
            social_benefit=f"{rng.choice(SOCIAL)}。",
            outlook=f"{rng.choice(OUTLOOK)}。",
            abstract=f"{rng.choice(['针对', '围绕', '为解决'])}{thing}中的难题，{first}。",
            finished_on=finished,
            saving=saving,
            basis=f"每月节约工时约 {a} 个、减少返工 {b} 次，按本单位定额和上年单价测算，合计每年约 {saving} 万元。",
            quality=rng.gauss(0, 1),
        )

    def _trouble(self, thing: str, fill: dict[str, object]) -> str:
        pick = self.rng.choice
        return f"{thing}{pick(WHEN)}{pick(WHAT)}，{pick(WORSE)}".format(**fill)

    def _method(self, fill: dict[str, object]) -> str:
        pick = self.rng.choice
        return f"在{{o}}的{pick(WHERE)}{pick(HOW)}{pick(PART)}，{pick(BY)}，{pick(SO)}".format(**fill)

    def _title(self, category: str, thing: str) -> str:
        while True:
            pattern = self.rng.choice(TITLES_BY_CATEGORY[category])
            title = pattern.format(o=thing, q=self.rng.choice(QUALITIES))
            if title not in self.titles:
                self.titles.add(title)
                return title
