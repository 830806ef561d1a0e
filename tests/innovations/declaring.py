"""A small province in which somebody declares: what the tests of declaring share."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from huomiao.accounts.models import User
from huomiao.innovations.actions import drafts
from huomiao.innovations.completeness import pledges
from huomiao.innovations.models import Call, Declaration
from huomiao.innovations.states import AttachmentRole, Path, Source, Step
from huomiao.orgs.models import Organization
from huomiao.orgs.roles import Role
from huomiao.orgs.states import Kind
from tests.factories.accounts import UserFactory
from tests.factories.innovations import call_with_rules
from tests.factories.orgs import MembershipFactory, OrganizationFactory, RosterEntryFactory, UnitFactory
from tests.files import samples

STORY = {
    "problem": "更换一次轧辊要四人配合九十分钟，吊装时有挤压风险，劳动强度大，每月停机六次。",
    "solution": "在机架两侧加装滑轨和液压锁紧机构，辊组整体推出，定位精度由零点五毫米提高到零点一毫米，两人即可操作。",
    "application": "三月起在一号、二号轧机使用，已换辊四十八次。",
    "social_benefit": "消除吊装挤压风险。",
    "abstract": "加装滑轨和液压锁紧机构，缩短换辊时间。",
}


@dataclass
class Province:
    call: Call
    city: Organization
    county: Organization
    unit: Organization
    worker: User
    mate: User
    secretary: User
    officer: User
    organiser: User


def province() -> Province:
    call = call_with_rules()
    city = Organization.objects.filter(kind=Kind.CITY).order_by("path")[0]
    county = OrganizationFactory(parent=city, kind=Kind.COUNTY, name="青山县总工会")
    unit = UnitFactory(parent=county, name="洪都重型机械有限公司", short_name="洪都重机")
    people = {
        "worker": (Role.MEMBER, unit),
        "mate": (Role.MEMBER, unit),
        "secretary": (Role.SECRETARY, unit),
        "officer": (Role.OFFICER, city),
        "organiser": (Role.ORGANISER, call.organiser),
    }
    users = {name: UserFactory(name=f"{name}甲") for name in people}
    for name, (role, organization) in people.items():
        MembershipFactory(user=users[name], role=role, organization=organization)
    for name in ("worker", "mate"):
        RosterEntryFactory(organization=unit, name=users[name].name, user=users[name], post="钳工")
    return Province(call=call, city=city, county=county, unit=unit, **users)


def complete(place: Province, *, path: Path = Path.WORKER, by: User | None = None, **texts) -> Declaration:
    """A draft that lacks nothing."""
    by = by or (place.worker if path == Path.WORKER else place.secretary)
    draft = drafts.begin(place.call, unit=place.unit, path=path, by=by)
    basics = {
        "title": "轧辊滑轨式快换装置",
        "category": place.call.categories.first(),
        "section": "C",
        "division": "34",
        "source": Source.TEAM,
        "finished_on": date(2026, 2, 1),
        "in_use_since": date(2026, 3, 1),
        "contact_name": by.name,
        "contact_phone": "13800005678",
    }
    drafts.save(draft, Step.BASICS, {**basics, **{k: v for k, v in texts.items() if k in basics}}, by=by, version=0)
    drafts.save(draft, Step.CONTENT, {**STORY, **{k: v for k, v in texts.items() if k in STORY}}, by=by, version=0)
    own = {"id": draft.authors.first().pk} if draft.authors.exists() else {}
    drafts.save_authors(
        draft,
        [
            {**own, "name": place.worker.name, "contribution": "总体设计"},
            {"name": place.mate.name, "contribution": "装配调试"},
        ],
        by=by,
        version=0,
    )
    drafts.save_benefits(draft, benefits=[], properties=[], awards=[], ownership="归单位所有", by=by, version=0)
    drafts.attach(draft, samples.upload(samples.jpeg(), "现场.jpg"), AttachmentRole.PICTURE, by=by)
    drafts.save_pledges(
        draft,
        excluded=[exclusion.pk for exclusion in place.call.exclusions.all()],
        pledged=[pledge.key for pledge in pledges()],
        consent="full",
        by=by,
        version=0,
    )
    draft.refresh_from_db()
    return draft
