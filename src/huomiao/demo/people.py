"""The demo's accounts: one for each role, named in the terminal and on the sign-in page, and the officers behind them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from huomiao.accounts.models import User
from huomiao.orgs.models import Membership, Organization, RosterEntry
from huomiao.orgs.roles import Role

PASSWORD = "huohua-2026"  # noqa: S105  # printed for everybody to see: it opens an invented province

# The unit at which the demo's worker and secretary are, and the officers on its way up.
HOME_UNIT = "3601U001"


@dataclass(frozen=True)
class Account:
    """One account to try the product with."""

    username: str
    name: str
    role: Role
    organization: str
    what: str


ACCOUNTS: list[Account] = [
    Account("worker", "林小禾", Role.MEMBER, HOME_UNIT, "职工 worker"),
    Account("secretary", "周安平", Role.SECRETARY, HOME_UNIT, "单位工会干部 unit union secretary"),
    Account("county", "万青", Role.OFFICER, "", "县区工会经办人 county officer"),
    Account("city", "罗致远", Role.OFFICER, "3601", "市总工会经办人 city officer"),
    Account("industry", "章以宁", Role.OFFICER, "36D01", "产业工会经办人 industry officer"),
    Account("province", "程望舒", Role.ORGANISER, "36", "省总工会主办人 province officer"),
    Account("province2", "熊守正", Role.ORGANISER, "36", "省总工会复核人 second province officer"),
    Account("expert", "顾明远", Role.MEMBER, "", "评审专家 expert"),
    Account("trainer", "梅思齐", Role.TRAINER, "36", "培训管理员 training officer"),
    Account("editor", "白语", Role.EDITOR, "36", "资讯编辑 news editor"),
    Account("admin", "简越", Role.ADMINISTRATOR, "36", "系统管理员 administrator"),
]


def make_accounts(*, at: datetime) -> dict[str, User]:
    """The accounts above, with their memberships; the worker stands on the roster of the home unit too."""
    made: dict[str, User] = {}
    home = Organization.objects.get(code=HOME_UNIT)
    for account in ACCOUNTS:
        user = made[account.username] = User.objects.create_user(account.username, name=account.name, password=PASSWORD)
        user.is_demo = True
        user.save(update_fields=["is_demo"])
        organization = _organization(account, home)
        if organization is not None:
            Membership.objects.create(organization=organization, user=user, role=account.role, since=at)
    RosterEntry.objects.filter(organization=home, staff_number=f"{HOME_UNIT[-4:]}0001").update(
        name=made["worker"].name, user=made["worker"], activated_at=at
    )
    return made


def _organization(account: Account, home: Organization) -> Organization | None:
    if account.organization:
        return Organization.objects.get(code=account.organization)
    if account.role == Role.OFFICER:
        return Organization.objects.get(path=home.path[: -Organization.steplen])
    return None


def make_officers(unions: list[Organization], made: dict[str, User], *, at: datetime) -> dict[str, User]:
    """Somebody who may act for each recommending union, by its code: the demo's own officer where there is one."""
    known = {account.organization: made[account.username] for account in ACCOUNTS if account.role == Role.OFFICER}
    officers: dict[str, User] = {}
    for union in unions:
        if union.code in known:
            officers[union.code] = known[union.code]
            continue
        user = User.objects.create_user(f"officer-{union.code.lower()}", name=f"{union.label}经办人")
        user.is_demo = True
        user.save(update_fields=["is_demo"])
        Membership.objects.create(organization=union, user=user, role=Role.OFFICER, since=at)
        officers[union.code] = user
    return officers
