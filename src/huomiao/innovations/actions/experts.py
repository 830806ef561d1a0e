"""The pool of experts: who is in it, what they know, and whom they must not judge."""

from __future__ import annotations

import re
import secrets
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from django.db import transaction
from django.utils.translation import gettext as _

from huomiao.accounts.models import User, phone_index
from huomiao.core import history
from huomiao.core.errors import Invalid, NotAllowed
from huomiao.core.tables import Column, Problem, Row, parse_phone, read_table, text_up_to
from huomiao.innovations.models import Expert, PriorityField, Relation
from huomiao.innovations.rules import experts as rules
from huomiao.orgs import industries
from huomiao.orgs.models import FormerName, Organization

if TYPE_CHECKING:
    from collections.abc import Mapping

_SEPARATORS = re.compile(r"[、，,;；/\s]+")
# No 0/O, 1/I/L: read from paper and typed.
_PASSWORD_ALPHABET = "23456789abcdefghjkmnpqrstuvwxyz"  # noqa: S105 - an alphabet, not a password


def columns() -> list[Column]:
    """The columns of a table of experts."""
    several = _("多个用顿号隔开。")
    return [
        Column("name", _("姓名"), ("专家姓名", "专家"), required=True, parse=text_up_to(50)),
        Column("phone", _("手机号"), ("手机", "联系电话", "电话", "手机号码"), parse=parse_phone),
        Column(
            "username", _("账号"), ("登录名", "用户名"), parse=text_up_to(64), help=_("已有账号的填写，没有的留空。")
        ),
        Column("unit", _("单位"), ("工作单位", "所在单位", "单位名称"), required=True, parse=text_up_to(120)),
        Column("title", _("职称"), ("职务职称", "技术职称", "职称/职务"), parse=text_up_to(60)),
        Column("fields", _("重点领域"), ("熟悉的重点领域", "产业链", "专业领域"), help=several),
        Column(
            "divisions",
            _("行业大类"),
            ("熟悉的行业大类", "行业代码", "行业"),
            help=_("两位代码或名称，多个用顿号隔开。"),
        ),
        Column("keywords", _("专长"), ("关键词", "研究方向", "特长"), parse=text_up_to(200)),
        Column("avoid_units", _("回避单位"), ("须回避单位",), help=several),
        Column("avoid_people", _("回避人员"), ("须回避人员",), help=several),
    ]


@dataclass
class Imported:
    """What came of a table: everything, or (when anything was wrong) nothing and every problem at its cell."""

    added: list[Expert] = field(default_factory=list)
    updated: list[Expert] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)

    @property
    def is_done(self) -> bool:
        return not self.problems


def _need_pool(by: User) -> None:
    if not rules.can_manage(by):
        raise NotAllowed(_("只有主办单位可以维护专家库。"))


@transaction.atomic
def add(
    *,
    by: User,
    name: str,
    phone: str = "",
    username: str = "",
    unit: Organization | None = None,
    unit_name: str = "",
    title: str = "",
    fields: Iterable[PriorityField] = (),
    divisions: Sequence[str] = (),
    keywords: str = "",
) -> Expert:
    """Take somebody into the pool: the account with that name or phone, or a new one that cannot sign in yet.

    Raises:
        Invalid: neither name nor phone finds or makes an account, the account is somebody else's, or they are in the pool.
    """
    _need_pool(by)
    user = find_account(name=name, phone=phone, username=username)
    if user and Expert.objects.filter(user=user).exists():
        raise Invalid(_("%(name)s 已经在专家库中。") % {"name": user})
    if user is None:
        user = User.objects.create_user(username or _free_username(), name=name, phone=phone)
        history.record(user, "user.created", by=by)
    expert = Expert.objects.create(
        user=user, unit=unit, unit_name=unit_name, title=title, divisions=list(divisions), keywords=keywords
    )
    expert.fields.set(fields)
    history.record(expert, "expert.added", by=by)
    return expert


def find_account(*, name: str, phone: str = "", username: str = "") -> User | None:
    """The account with that account name or phone number; None when there is none.

    Raises:
        Invalid: it is there, but belongs to somebody of another name.
    """
    found = None
    if username:
        found = User.objects.filter(username__iexact=username).first()
    if found is None and phone:
        found = User.objects.filter(phone_key=phone_index(phone)).first()
    if found is not None and _plain(found.name) != _plain(name):
        raise Invalid(_("这个账号或手机号属于另一个人，请核对姓名。"))
    return found


def _free_username() -> str:
    while True:
        candidate = f"zj{secrets.randbelow(10**6):06d}"
        if not User.objects.filter(username=candidate).exists():
            return candidate


@transaction.atomic
def edit(
    expert: Expert,
    *,
    by: User,
    unit: Organization | None,
    unit_name: str,
    title: str,
    fields: Iterable[PriorityField],
    divisions: Sequence[str],
    keywords: str,
    is_active: bool,
) -> Expert:
    """Change what is known of an expert."""
    _need_pool(by)
    locked = Expert.objects.select_for_update(of=("self",)).select_related("user", "unit").get(pk=expert.pk)
    before = _snapshot(locked)
    locked.unit, locked.unit_name, locked.title = unit, unit_name, title
    locked.divisions, locked.keywords, locked.is_active = list(divisions), keywords, is_active
    locked.save()
    locked.fields.set(fields)
    after = _snapshot(locked)
    changes = {key: [before[key], after[key]] for key in before if before[key] != after[key]}
    if changes:
        history.record(locked, "expert.changed", by=by, changes=changes)
    return locked


def _snapshot(expert: Expert) -> dict[str, str]:
    return {
        "unit": str(expert.unit or expert.unit_name),
        "title": expert.title,
        "fields": "、".join(sorted(expert.fields.values_list("name", flat=True))),
        "divisions": "、".join(expert.divisions),
        "keywords": expert.keywords,
        "is_active": str(expert.is_active),
    }


@transaction.atomic
def issue_password(expert: Expert, *, by: User) -> str:
    """A first password for an account that nobody has used; it must be changed at the first sign-in.

    Raises:
        NotAllowed: ``by`` does not keep the pool, or the account is in use.
    """
    if not rules.can_issue_password(by, expert):
        raise NotAllowed(_("这个账号已经登录过，只能由本人修改密码。"))
    password = "-".join("".join(secrets.choice(_PASSWORD_ALPHABET) for _place in range(4)) for _group in range(3))
    user = User.objects.select_for_update().get(pk=expert.user_id)
    user.set_password(password)
    user.must_change_password = True
    user.save(update_fields=["password", "must_change_password"])
    history.record(expert, "expert.password_issued", by=by)
    return password


@transaction.atomic
def declare_relation(
    expert: Expert, *, by: User, note: str, organization: Organization | None = None, person_name: str = ""
) -> Relation:
    """Enter a relation to an organization (its whole branch) or to a person, by the expert or for them.

    Raises:
        Invalid: it is a relation to nothing, or it does not say which.
    """
    if not rules.can_declare_for(by, expert):
        raise NotAllowed(_("只能申明自己的回避关系。"))
    person_name = person_name.strip()
    if organization is None and not person_name:
        raise Invalid(_("请填写需要回避的单位或人员。"))
    if not note.strip():
        raise Invalid(_("请写明是什么关系。"))
    relation, is_new = Relation.objects.get_or_create(
        expert=expert, organization=organization, person_name=person_name, defaults={"note": note.strip()[:120]}
    )
    if is_new:
        # Whom it concerns is between the expert and the organiser; the history keeps that it was declared, and by whom.
        history.record(expert, "expert.relation_declared", by=by, note=str(organization or ""))
    return relation


@transaction.atomic
def remove_relation(relation: Relation, *, by: User) -> None:
    """Take back a relation that was entered by mistake."""
    if not rules.can_remove(by, relation):
        raise NotAllowed(_("已申明的关系只能由主办单位核实后撤销。"))
    history.record(relation.expert, "expert.relation_removed", by=by, note=str(relation.organization or ""))
    relation.delete()


@transaction.atomic
def import_experts(content: bytes, file_name: str, *, by: User) -> Imported:
    """Take a table of experts into the pool, all of it or nothing; people who are there already are brought up to date.

    Raises:
        NotAllowed: ``by`` does not keep the pool.
        Unreadable: the file is no table.
    """
    _need_pool(by)
    table = read_table(content, file_name, columns())
    reader = _Reader(table.rows)
    plans = [reader.plan(row) for row in table.rows]
    if table.problems:
        return Imported(problems=table.problems)
    done = Imported()
    for plan in plans:
        _carry_out(plan, done, by=by)
    history.record_many(done.added, "expert.added", by=by, note=_("导入"))
    history.record_many(done.updated, "expert.changed", by=by, note=_("导入"))
    return done


@dataclass
class _Plan:
    name: str
    phone: str
    username: str
    unit: Organization | None
    unit_name: str
    title: str
    fields: list[PriorityField]
    divisions: list[str]
    keywords: str
    avoid_units: list[Organization]
    avoid_people: list[str]
    user: User | None


class _Reader:
    """Looks up everything that the rows name, in a constant number of queries."""

    def __init__(self, rows: Sequence[Row]) -> None:
        names = {row.values["unit"] for row in rows}
        names |= {name for row in rows for name in _parts(row.values["avoid_units"])}
        self.units = _organizations(names)
        self.fields: Mapping[str, PriorityField] = {
            _field_key(one.name): one for one in PriorityField.objects.order_by("pk")
        }
        usernames = {row.values["username"] for row in rows if row.values["username"]}
        keys = {phone_index(row.values["phone"]) for row in rows if row.values["phone"]}
        self.by_username = {user.username.casefold(): user for user in User.objects.filter(username__in=usernames)}
        self.by_phone = {user.phone_key: user for user in User.objects.filter(phone_key__in=keys)}
        self.seen: dict[str, str] = {}

    def plan(self, row: Row) -> _Plan:
        values = row.values
        user = self.by_username.get(values["username"].casefold()) if values["username"] else None
        if user is None and values["phone"]:
            user = self.by_phone.get(phone_index(values["phone"]))
        if user is not None and _plain(user.name) != _plain(values["name"]):
            row.blame("name", _("这个账号或手机号属于另一个人，请核对姓名。"))
        if not values["phone"] and not values["username"] and not row.typed.get("phone"):
            row.blame("phone", _("请填写手机号或账号，否则无法登录评分。"))
        identity = values["username"].casefold() or values["phone"]
        if identity and identity in self.seen:
            row.blame("name", _("与第 %(row)s 行是同一个人。") % {"row": self.seen[identity]})
        elif identity:
            self.seen[identity] = str(row.number)
        fields = []
        for part in _parts(values["fields"]):
            if found := self.fields.get(_field_key(part)):
                fields.append(found)
            else:
                row.blame("fields", _("没有“%(name)s”这个重点领域。") % {"name": part})
        divisions = []
        for part in _parts(values["divisions"]):
            industry = industries.find(part)
            if industry and industry.division:
                divisions.append(industry.division)
            else:
                row.blame("divisions", _("“%(name)s”不是行业大类的代码或名称。") % {"name": part})
        avoid = []
        for part in _parts(values["avoid_units"]):
            if unit := self.units.get(_plain(part)):
                avoid.append(unit)
            else:
                row.blame("avoid_units", _("组织库中没有“%(name)s”。") % {"name": part})
        unit = self.units.get(_plain(values["unit"]))
        return _Plan(
            name=values["name"],
            phone=values["phone"],
            username=values["username"],
            unit=unit,
            unit_name="" if unit else values["unit"],
            title=values["title"],
            fields=fields,
            divisions=divisions,
            keywords=values["keywords"],
            avoid_units=avoid,
            avoid_people=_parts(values["avoid_people"]),
            user=user,
        )


def _carry_out(plan: _Plan, done: Imported, *, by: User) -> None:
    user = plan.user or User.objects.create_user(plan.username or _free_username(), name=plan.name, phone=plan.phone)
    expert, is_new = Expert.objects.get_or_create(user=user)
    expert.unit, expert.unit_name, expert.title = plan.unit, plan.unit_name, plan.title
    expert.divisions, expert.keywords, expert.is_active = plan.divisions, plan.keywords, True
    expert.save()
    expert.fields.set(plan.fields)
    note = _("专家表中填写")
    for unit in plan.avoid_units:
        Relation.objects.get_or_create(expert=expert, organization=unit, person_name="", defaults={"note": note})
    for person in plan.avoid_people:
        Relation.objects.get_or_create(expert=expert, organization=None, person_name=person, defaults={"note": note})
    (done.added if is_new else done.updated).append(expert)


def _organizations(names: Iterable[str]) -> dict[str, Organization]:
    wanted = {name for name in names if name}
    found: dict[str, Organization] = {}
    for former in FormerName.objects.filter(name__in=wanted).select_related("organization"):
        found[_plain(former.name)] = former.organization
    for one in Organization.objects.filter(name__in=wanted, is_active=True):
        found[_plain(one.name)] = one
    return found


def _parts(text: str) -> list[str]:
    return [part for part in _SEPARATORS.split(text.strip()) if part]


def _field_key(name: str) -> str:
    return _plain(name).removesuffix("产业链").removesuffix("产业集群").removesuffix("产业")


def _plain(text: str) -> str:
    return "".join(unicodedata.normalize("NFKC", text).split()).casefold()
