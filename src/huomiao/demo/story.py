"""What happened in the demo province: the year 2023 from call to publication, and this year's lines in mid-flight."""

from __future__ import annotations

import random
from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.core.files.base import ContentFile
from django.db import transaction
from django.utils import timezone

from huomiao.accounts.models import User
from huomiao.core import history
from huomiao.demo import people, pictures, province, results, tables, teaching
from huomiao.demo.campaign import Campaign, clock_at, days_from, local
from huomiao.demo.examining import Examining
from huomiao.demo.people import HOME_UNIT
from huomiao.demo.practising import Practising
from huomiao.demo.province import Province
from huomiao.demo.results import Person, Result
from huomiao.innovations import completeness
from huomiao.innovations.actions import call_sections, calls, declarations, drafts
from huomiao.innovations.actions import experts as expert_actions
from huomiao.innovations.models import Call, Category, Expert, Relation
from huomiao.innovations.states import AttachmentRole, BenefitKind, CallState, Consent, Path, Source, Stage, Step
from huomiao.orgs.actions.imports import import_roster, import_tree
from huomiao.orgs.models import Organization
from huomiao.orgs.states import BRANCH_KINDS

EXPERT_COUNT = 60
CONTACT = "省总工会经济技术部（演示） 0791-00000000"
DEFINITIONS = {
    "先进操作法": "职工在岗位上总结提炼、经实践检验有效、可以学会和推广的操作方法。",
    "合理化建议": "针对生产、技术、安全和管理提出的有办法、可实施、有成效的改进意见。",
    "绝技绝活": "职工长期磨炼形成、同行公认、能在生产中解决难题的独到技艺。",
}
GRADES_2023 = (("一等", 10), ("二等", 20), ("三等", 30), ("优秀", 40))
Say = Callable[[str], None]


def is_told() -> bool:
    """Whether the demo province is there already."""
    return Call.objects.filter(is_demo=True).exists()


class Story:
    """Tells the province once; ``scale`` multiplies units and declarations for benchmarks."""

    def __init__(self, say: Say, *, scale: int = 1, now: datetime | None = None) -> None:
        self.say = say
        self.scale = scale
        self.now = now or timezone.now()
        self.province: Province = province.build(scale)
        self.people: dict[str, list[Person]] = results.workforce(self.province)
        self.made: dict[str, User] = {}
        self.officers: dict[str, User] = {}

    def tell(self) -> None:
        """Everything, in one transaction: an interrupted start leaves nothing behind."""
        with transaction.atomic():
            self.settle()
            self.year_2023()
            self.this_year()
            self.practice()
        history.seal()

    # --- The province ---------------------------------------------------------------------------------------------

    def settle(self) -> None:
        """Tree, rosters, accounts, experts: from tables, as unions bring them."""
        begin = local(2023, 3, 1)
        with clock_at(begin):
            import_tree(tables.tree(self.province), "组织表.xlsx", is_demo=True)
            import_roster(tables.roster(self.people, {}), "职工名册.xlsx")
            self.made = people.make_accounts(at=begin)
            unions = list(Organization.objects.filter(kind__in=BRANCH_KINDS).order_by("path"))
            self.officers = people.make_officers(unions, self.made, at=begin)
            # The priority fields that experts know come with the first call.
            call = calls.create(self.root, year=2023, by=self.made["province"])
            self._experts()
        Call.objects.filter(pk=call.pk).update(is_demo=True)
        self.say(
            f"{Organization.objects.count()} 个组织，{sum(map(len, self.people.values()))} 名职工，{EXPERT_COUNT * self.scale} 位专家"
        )

    @property
    def root(self) -> Organization:
        return Organization.objects.get(code=province.PROVINCE_CODE)

    def _experts(self) -> None:
        rng = random.Random(province.SEED + 7)  # noqa: S311  # a story told from a seed
        names = tables.FIELD_NAMES
        fields = sorted(names)
        rows = []
        for number in range(EXPERT_COUNT * self.scale):
            known = {fields[number % len(fields)], *rng.sample(fields, 3)}
            divisions = rng.sample(sorted(results.OBJECTS), 8)
            rows.append(
                {
                    "name": self.made["expert"].name if number == 0 else province.person(rng),
                    "username": "expert" if number == 0 else f"expert{number + 1:02d}",
                    "unit": rng.choice(
                        ["赣江理工学院", "江南机电研究所", "省技能大师联盟", "赣北职业技术大学", "省职工技术协会"]
                    ),
                    "title": rng.choice(["教授", "正高级工程师", "高级工程师", "首席技师", "副教授"]),
                    "fields": "、".join(names[code] for code in sorted(known)),
                    "divisions": "、".join(divisions),
                    "keywords": rng.choice(["工艺装备", "自动化", "质量管理", "安全工程", "节能", "检测技术"]),
                }
            )
        done = expert_actions.import_experts(tables.experts(rows), "专家推荐表.xlsx", by=self.made["province"])
        if done.problems:
            raise RuntimeError(f"The demo's table of experts has problems: {done.problems[0]}")
        Expert.objects.update(is_demo=True)
        some = Organization.objects.filter(code__in=["3602U001", "3607U003"])
        for expert, unit in zip(Expert.objects.order_by("pk")[1:], some, strict=False):
            Relation.objects.create(expert=expert, organization=unit, note="曾任技术顾问")

    def _campaign(self, call: Call, found: list[Result]) -> Campaign:
        return Campaign(
            call,
            by=self.made["province"],
            second=self.made["province2"],
            officers=self.officers,
            found=found,
            say=self.say,
        )

    # --- 2023 -----------------------------------------------------------------------------------------------------

    def year_2023(self) -> None:
        """From the call of 27 July to the publication of 5 December."""
        call = Call.objects.get(slug="wuxiao-2023")
        found = results.of_2023(self.province, self.people, scale=self.scale)
        campaign = self._campaign(call, found)
        with clock_at(local(2023, 7, 20)):
            campaign.describe(title="2023年江西省职工“五小”优秀成果征集", contact=CONTACT)
            campaign.set_windows(
                {
                    Stage.DECLARE: (local(2023, 7, 27), local(2023, 9, 15)),
                    Stage.RECOMMEND: (local(2023, 8, 1), local(2023, 9, 28)),
                    Stage.CHECK: (local(2023, 9, 28), local(2023, 10, 13)),
                    Stage.REVIEW: (local(2023, 10, 13), local(2023, 11, 10)),
                    Stage.NOTICE: (local(2023, 11, 13), local(2023, 12, 4)),
                }
            )
            self._rules(campaign, found)
        campaign.announce(local(2023, 7, 27))
        campaign.bring_tables(local(2023, 9, 12))
        campaign.draw_pictures(local(2023, 9, 14))
        campaign.sign_off(local(2023, 9, 26))
        campaign.check_forms(local(2023, 10, 8))
        review = campaign.begin_review(local(2023, 10, 16))
        campaign.score(review, local(2023, 10, 25))
        campaign.decide(review, local(2023, 11, 8))
        campaign.open_notice(local(2023, 11, 14))
        campaign.objection_upheld(local(2023, 11, 16))
        campaign.publish(local(2023, 12, 5))

    def _rules(self, campaign: Campaign, found: list[Result]) -> None:
        """Quotas that fit what came, as many grades as the year gave out, five experts with a cap that leaves room."""
        call, by = campaign.call, campaign.by
        unions = {union.code: union.pk for union in Organization.objects.filter(code__in=campaign.by_union())}
        categories = {category.name: category.pk for category in call.categories.all()}
        maxima: dict[tuple[int, int | None], int | None] = {}
        for code, union in unions.items():
            own = [result for result in found if result.unit.union == code]
            for name, category in categories.items():
                maxima[union, category] = sum(result.category == name for result in own) + 3
            maxima[union, None] = -(-len(own) // 5) * 5
        mix = [
            {"pk": None, "measure": rule.measure, "minimum_percent": rule.minimum_percent, "note": rule.note}
            for rule in call.mix_rules.all()
        ]
        call_sections.save_quotas(call, maxima, mix, by=by)
        grades = [{"pk": None, "name": name, "number": number * self.scale} for name, number in GRADES_2023]
        call_sections.save_grades(call, {"award_wording": call.award_wording, "notice_days": 5}, grades, by=by)

    # --- This year ------------------------------------------------------------------------------------------------

    def this_year(self) -> None:
        """Four lines of this year, each at another stage, so that every role has something to do today."""
        self._open_line()
        self._line("caozuofa", "职工先进操作法", "先进操作法", until=CallState.REVIEWING, count=18)
        self._line("jianyi", "职工合理化建议“金点子”", "合理化建议", until=CallState.CHECKING, count=14)
        self._line("jueji", "职工绝技绝活", "绝技绝活", until=CallState.NOTICE, count=12)

    def practice(self) -> None:
        """Question banks, a campaign that runs, a course, and exams before, today and ahead."""
        root, province = self.root, self.made["province"]
        practising = Practising(root=root, made=self.made, now=self.now, say=self.say)
        banks = practising.tell()
        examining = Examining(root=root, by=province, people=practising.people, now=self.now)
        examining.tell(electrician=banks["demo-electrician"], safety=banks["demo-safety"], welder=banks["demo-welder"])
        teaching.tell(root=root, by=province, learner=self.made["worker"], bank=banks["demo-safety"], now=self.now)

    def _day(self, days: int, hour: int = 9) -> datetime:
        """A moment ``days`` from today."""
        return days_from(self.now, days, hour)

    def _open_line(self) -> None:
        """This year's 五小: open, with drafts, papers on every desk of the way up, and two unions that have signed off."""
        year = timezone.localtime(self.now).year
        old = Call.objects.get(slug="wuxiao-2023")
        with clock_at(self._day(-40)):
            call = calls.copy(old, year=year, by=self.made["province"])
            Call.objects.filter(pk=call.pk).update(is_demo=True)
            found = results.of_year(self.province, self.people, year, 120, categories=list(results.CATEGORY_COUNTS))
            campaign = self._campaign(call, found)
            campaign.describe(title=f"{year}年江西省职工“五小”优秀成果征集", contact=CONTACT)
            campaign.set_windows(
                {
                    Stage.DECLARE: (self._day(-30), self._day(20)),
                    Stage.RECOMMEND: (self._day(-25), self._day(35)),
                    Stage.CHECK: (self._day(36), self._day(50)),
                    Stage.REVIEW: (self._day(51), self._day(80)),
                    Stage.NOTICE: (self._day(90), self._day(110)),
                }
            )
        campaign.announce(self._day(-30))
        early = frozenset(list(campaign.by_union())[:14])
        campaign.bring_tables(self._day(-6), only=early)
        campaign.draw_pictures(self._day(-5))
        campaign.sign_off(self._day(-3), only=frozenset({"3604", "36D02"}))
        self._home_declarations(call)

    def _home_declarations(self, call: Call) -> None:
        """What the demo's worker and colleagues have on their way: a draft, one for the secretary, one for the county."""
        home = Organization.objects.get(code=HOME_UNIT)
        rng = random.Random(province.SEED + 11)  # noqa: S311  # a story told from a seed
        maker = results.Maker(rng, self.people, call.year)
        unit = next(unit for unit in self.province.units if unit.code == HOME_UNIT)
        category = Category.objects.get(call=call, name="小发明")
        for number, (by, is_handed_in) in enumerate([("worker", False), ("worker", True), ("secretary", True)]):
            result = maker.result(unit, category.name, is_priority=True)
            with clock_at(self._day(-4 + number)):
                self._declare(call, home, result, category, by=self.made[by], is_handed_in=is_handed_in, number=number)

    def _declare(
        self,
        call: Call,
        home: Organization,
        result: Result,
        category: Category,
        *,
        by: User,
        is_handed_in: bool,
        number: int,
    ) -> None:
        """Write a declaration step by step as the wizard does; the one that stays a draft stops half-way."""
        path = Path.WORKER if by == self.made["worker"] else Path.UNIT
        draft = drafts.begin(call, unit=home, path=path, by=by)
        fields = call.priority_list.fields if call.priority_list else None
        basics = {
            "title": result.title,
            "category": category,
            "field": fields.get(code=result.unit.field) if fields else None,
            "source": Source.TEAM,
            "finished_on": result.finished_on,
            "in_use_since": result.finished_on,
            "contact_name": by.name,
            "contact_phone": "19900009999",
        }
        texts = {
            "problem": result.problem,
            "solution": result.solution,
            "application": result.application,
            "social_benefit": result.social_benefit,
            "outlook": result.outlook,
            "abstract": result.abstract,
        }
        draft = drafts.save(draft, Step.BASICS, basics, by=by, version=draft.version)
        draft = drafts.save(
            draft, Step.CONTENT, texts if is_handed_in else {"problem": result.problem}, by=by, version=draft.version
        )
        if not is_handed_in:
            return
        author = {
            "name": self.made["worker"].name,
            "user": self.made["worker"],
            "post": "装配钳工",
            "contribution": "提出方案并完成样机制作和现场试用。",
        }
        known = draft.authors.first()
        draft = drafts.save_authors(draft, [author | {"id": known.pk if known else None}], by=by, version=draft.version)
        benefit = {
            "kind": BenefitKind.SAVING,
            "amount": result.saving,
            "period": f"{call.year}年1月至6月",
            "basis": result.basis,
        }
        draft = drafts.save_benefits(
            draft,
            benefits=[benefit],
            properties=[],
            awards=[],
            ownership="归单位所有，完成人享有署名权。",
            by=by,
            version=draft.version,
        )
        drafts.attach(draft, ContentFile(pictures.drawing(900 + number), "现场图.jpg"), AttachmentRole.PICTURE, by=by)
        draft.refresh_from_db()
        draft = drafts.save_pledges(
            draft,
            excluded=call.exclusions.values_list("pk", flat=True),
            pledged=[pledge.key for pledge in completeness.pledges()],
            consent=Consent.FULL,
            by=by,
            version=draft.version,
        )
        for one in draft.authors.filter(confirmed_at=None):
            declarations.confirm_author(one, by=self.made["worker"], at=timezone.now())
        declarations.submit(draft, by=by, at=timezone.now())

    def _line(self, series: str, title: str, category: str, *, until: CallState, count: int) -> None:
        """A smaller line of this year with one category, walked up to ``until``."""
        year = timezone.localtime(self.now).year
        by = self.made["province"]
        with clock_at(self._day(-120)):
            call = calls.create(self.root, year=year, by=by, series=series)
            self._one_category(call, category)
            found = results.of_year(self.province, self.people, year, count, categories=[category], seed=len(series))
            campaign = self._campaign(call, found)
            campaign.describe(title=f"{year}年度{title}征集", contact=CONTACT)
            windows = {
                Stage.DECLARE: (self._day(-110), self._day(-80)),
                Stage.RECOMMEND: (self._day(-100), self._day(-60)),
                Stage.CHECK: (self._day(-59), self._day(6)),
                Stage.REVIEW: (self._day(7), self._day(30)),
                Stage.NOTICE: (self._day(31), self._day(50)),
            }
            if until != CallState.CHECKING:
                windows |= {
                    Stage.CHECK: (self._day(-59), self._day(-40)),
                    Stage.REVIEW: (self._day(-39), self._day(12)),
                    Stage.NOTICE: (self._day(13), self._day(40)),
                }
            if until == CallState.NOTICE:
                windows |= {Stage.REVIEW: (self._day(-39), self._day(-6)), Stage.NOTICE: (self._day(-5), self._day(30))}
            campaign.set_windows(windows)
        campaign.announce(self._day(-110))
        campaign.bring_tables(self._day(-75))
        campaign.draw_pictures(self._day(-74))
        campaign.sign_off(self._day(-62))
        if until == CallState.CHECKING:
            with clock_at(self._day(-3)):
                calls.advance(call, CallState.CHECKING, by=by)
            return
        campaign.check_forms(self._day(-45))
        review = campaign.begin_review(self._day(-30))
        if until == CallState.REVIEWING:
            campaign.score(review, self._day(-4), share=0.5, spare=self.made["expert"])
            return
        campaign.score(review, self._day(-20))
        campaign.decide(review, self._day(-8))
        campaign.open_notice(self._day(-1))

    def _one_category(self, call: Call, category: str) -> None:
        """Change what ships for a line of its own: its one category; quotas stay for all together."""
        rubric = call.rubrics.order_by("pk").first()
        row: dict[str, Any] = {
            "pk": None, "code": call.series, "name": category, "definition": DEFINITIONS[category], "hints": [], "rubric": rubric,
        }  # fmt: skip
        by = self.made["province"]
        unions = Organization.objects.filter(kind__in=BRANCH_KINDS).values_list("pk", flat=True)
        call_sections.save_quotas(call, {(union, None): 10 for union in unions}, [], by=by)
        call_sections.save_categories(call, [row], by=by)
        Call.objects.filter(pk=call.pk).update(is_demo=True)
        grades = [
            {"pk": None, "name": name, "number": number} for name, number in (("一等", 1), ("二等", 2), ("三等", 3))
        ]
        call_sections.save_grades(call, {"award_wording": f"优秀{category}", "notice_days": 5}, grades, by=by)
        call.refresh_from_db()
