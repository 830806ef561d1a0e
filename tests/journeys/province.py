"""A small province for the journeys: one city with a county and two units, a second city, a call with its real rules."""

from __future__ import annotations

import io
from dataclasses import dataclass, field
from datetime import timedelta

from django.utils import timezone
from PIL import Image

from huomiao.accounts.models import User
from huomiao.innovations import sections
from huomiao.innovations.actions import call_sections, calls, drafts, recommendations
from huomiao.innovations.actions import declarations as declaration_actions
from huomiao.innovations.completeness import pledges
from huomiao.innovations.models import Call, Declaration, Expert
from huomiao.innovations.states import (
    AttachmentRole,
    BenefitKind,
    CallState,
    Consent,
    Path,
    Section,
    Source,
    Stage,
    Step,
)
from huomiao.orgs.models import Organization
from huomiao.orgs.roles import Role
from huomiao.orgs.states import Kind
from tests.factories.accounts import UserFactory
from tests.factories.innovations import ExpertFactory
from tests.factories.orgs import MembershipFactory, OrganizationFactory, RosterEntryFactory, UnitFactory
from tests.files import samples

UNIT = "洪都重型机械有限公司"
WORKER = "林小禾"

# What a worker of the rolling mill tells of the device.
STORY = {
    "成果名称": "热轧机轧辊滑轨式快速更换装置",
    "问题与背景": "更换一次轧辊要四人配合九十分钟，吊装时有挤压风险，每月停机六次。",
    "主要内容与创新点": "在机架两侧加装滑轨和液压锁紧机构，辊组整体推出，定位精度由 0.5 毫米提高到 0.1 毫米，两人即可操作。",
    "应用情况": "三月起在一号、二号轧机使用，已换辊四十八次，每次十八分钟。",
    "社会效益": "消除了吊装挤压风险，劳动强度明显下降。",
    "推广前景": "同类轧机都可以加装，改造一台约需两天。",
    "公开摘要": "加装滑轨和液压锁紧机构，换辊由九十分钟缩短到十八分钟。",
    "关键词": "轧辊 快换 滑轨",
}
# Other declarations, so that there is a ranking: title, and how the story goes.
OTHERS = [
    (
        "焊缝打磨粉尘就地收集罩",
        "打磨时粉尘四散，工人戴着面罩仍要吸入。",
        "在砂轮外加装随动收集罩，接负压管道，粉尘就地收走。",
    ),
    (
        "数控车床断屑吹气组合刀座",
        "长切屑缠刀，每班要停机清理十余次。",
        "在刀座内开气道，按进给量间歇吹气断屑，不再人工清理。",
    ),
    ("变压器油样密闭采集接头", "取油样时接触空气，化验结果常有偏差。", "设计双阀接头，先排后取，全程不与空气接触。"),
    ("叉车倒车盲区声光提示装置", "仓库转角多，倒车时看不到行人。", "用毫米波探头判断距离，分三级声光提示。"),
]


@dataclass
class Province:
    call: Call
    city: Organization
    other_city: Organization
    county: Organization
    unit: Organization
    other_unit: Organization
    far_unit: Organization
    people: dict[str, User]
    experts: list[Expert] = field(default_factory=list)

    def __getitem__(self, role: str) -> User:
        return self.people[role]


def photograph() -> bytes:
    """A picture as a phone takes it: turned by its tag, with the maker's name and a place inside."""
    exif = Image.Exif()
    exif[0x0112] = 6
    exif[0x013B] = WORKER
    exif.get_ifd(0x8825)[1] = "N"
    out = io.BytesIO()
    Image.radial_gradient("L").resize((640, 480)).convert("RGB").save(out, "JPEG", exif=exif)
    return out.getvalue()


def province(
    *, experts: int = 5, grades: tuple[tuple[str, int], ...] = (("一等", 1), ("二等", 2), ("三等", 1))
) -> Province:
    """The province with everybody in their posts, and this year's call open for declarations."""
    root = OrganizationFactory(code="36", name="江州省总工会", kind=Kind.PROVINCE)
    city = OrganizationFactory(parent=root, code="3601", name="临川市总工会", kind=Kind.CITY)
    county = OrganizationFactory(parent=city, name="青山县总工会", kind=Kind.COUNTY)
    unit = UnitFactory(parent=county, name=UNIT, short_name="洪都重机")
    other_unit = UnitFactory(parent=county, name="青山电力设备厂", short_name="青山电力")
    other_city = OrganizationFactory(parent=root, code="3602", name="赣北市总工会", kind=Kind.CITY)
    far_unit = UnitFactory(parent=other_city, name="赣北仓储物流有限公司", short_name="赣北仓储")
    posts = {
        "worker": (WORKER, Role.MEMBER, unit),
        "secretary": ("周安平", Role.SECRETARY, unit),
        "other_secretary": ("吴静好", Role.SECRETARY, other_unit),
        "far_secretary": ("郑有为", Role.SECRETARY, far_unit),
        "county": ("万青", Role.OFFICER, county),
        "city": ("罗致远", Role.OFFICER, city),
        "other_city": ("章以宁", Role.OFFICER, other_city),
        "organiser": ("程望舒", Role.ORGANISER, root),
        "second": ("熊守正", Role.ORGANISER, root),
    }
    people = {}
    for key, (name, role, organization) in posts.items():
        people[key] = UserFactory(username=key.replace("_", "-"), name=name)
        MembershipFactory(user=people[key], role=role, organization=organization)
    RosterEntryFactory(organization=unit, name=WORKER, user=people["worker"], post="装配钳工")
    root = Organization.objects.get(pk=root.pk)
    call = _open_call(root, people["organiser"], grades)
    pool = [
        ExpertFactory(
            user=UserFactory(username=f"expert{number}", name=f"评委{'甲乙丙丁戊己庚'[number]}"),
            unit=None,
            unit_name="赣江理工学院",
        )
        for number in range(experts)
    ]
    return Province(call, city, other_city, county, unit, other_unit, far_unit, people, pool)


def _open_call(root: Organization, by: User, grades: tuple[tuple[str, int], ...]) -> Call:
    call = calls.create(root, year=timezone.localdate().year, by=by)
    basics = {name: getattr(call, name) for name in sections.FIELDS[Section.BASICS]}
    call_sections.save_fields(call, Section.BASICS, {**basics, "contact": "经济技术部 0791-88880000"}, by=by)
    review = {name: getattr(call, name) for name in sections.FIELDS[Section.REVIEW]}
    call_sections.save_fields(call, Section.REVIEW, {**review, "experts_per_entry": 3, "load_cap": 20}, by=by)
    rows = [{"pk": None, "name": name, "number": number} for name, number in grades]
    call_sections.save_grades(call, {"award_wording": "职工“五小”优秀创新成果", "notice_days": 5}, rows, by=by)
    now = timezone.now()
    # One after another in order, yet all open today: this campaign is in a hurry.
    windows = {
        stage: (now - timedelta(hours=10 - place), now + timedelta(days=40 + place))
        for place, stage in enumerate(Stage)
    }
    call_sections.save_windows(call, windows, by=by)
    calls.advance(call, CallState.OPEN, by=by)
    call.refresh_from_db()
    return call


def declared(place: Province, number: int, *, by: User, unit: Organization) -> Declaration:
    """Another declaration, filed by a unit for its workers and handed in: the ``number``-th of ``OTHERS``."""
    title, problem, solution = OTHERS[number]
    draft = drafts.begin(place.call, unit=unit, path=Path.UNIT, by=by)
    today = timezone.localdate()
    basics = {
        "title": title,
        "category": place.call.categories.order_by("position")[number % 4],
        "source": Source.TEAM,
        "finished_on": today - timedelta(days=200),
        "in_use_since": today - timedelta(days=150),
        "contact_name": by.name,
        "contact_phone": "19900009999",
    }
    texts = {"problem": problem, "solution": solution, "application": "已在车间使用半年。", "abstract": solution[:20]}
    drafts.save(draft, Step.BASICS, basics, by=by, version=0)
    drafts.save(draft, Step.CONTENT, texts, by=by, version=0)
    author = {"name": f"完成人{'赵钱孙李'[number]}", "contribution": "提出方案并制作样机。"}
    drafts.save_authors(draft, [author], by=by, version=0)
    benefit = {"kind": BenefitKind.SAVING, "amount": 6 + number, "period": "今年上半年", "basis": "按减少停机折算。"}
    drafts.save_benefits(draft, benefits=[benefit], properties=[], awards=[], ownership="归单位所有", by=by, version=0)
    drafts.attach(draft, samples.upload(photograph(), "现场.jpg"), AttachmentRole.PICTURE, by=by)
    drafts.save_pledges(
        draft,
        excluded=list(place.call.exclusions.values_list("pk", flat=True)),
        pledged=[pledge.key for pledge in pledges()],
        consent=Consent.FULL,
        by=by,
        version=0,
    )
    draft.refresh_from_db()
    for one in draft.authors.filter(confirmed_at=None):
        declaration_actions.confirm_on_paper(one, by=by, at=timezone.now())
    declaration_actions.submit(draft, by=by, at=timezone.now())
    draft.refresh_from_db()
    return draft


def other_declarations(place: Province) -> list[Declaration]:
    """Two more of the same county (on its desk) and two of the other city, already recommended by it."""
    near = [declared(place, number, by=place["other_secretary"], unit=place.other_unit) for number in (0, 1)]
    far = [declared(place, number, by=place["far_secretary"], unit=place.far_unit) for number in (2, 3)]
    officer = place["other_city"]
    recommendations.rank(place.call, place.other_city, [one.pk for one in far], by=officer, at=timezone.now())
    recommendations.sign_off(place.call, place.other_city, by=officer, at=timezone.now())
    return near + far
