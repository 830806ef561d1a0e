"""How the press writes a name of the platform: in full, shortened, or so short that only its surroundings tell which is meant."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import IntEnum, StrEnum
from functools import partial
from typing import NamedTuple

from huomiao.newsdesk.pipeline.names.writing import plain

SHORTEST = 2
# What is left of a unit's name must say more than a place and a trade.
SHORTEST_UNIT = 4
SHORTEST_REST = 3


class Kind(StrEnum):
    """What a name is of."""

    UNION = "union"
    UNIT = "unit"
    COMPETITION = "competition"
    INNOVATION = "innovation"
    STUDIO = "studio"


@dataclass(frozen=True, slots=True)
class Name:
    """A name that the platform knows.

    ``others`` are further names of the same. ``within`` are the names of what it belongs to (a union's superiors, a unit's
    place, a competition's year): met in a text, they tell which of two equal names is meant.
    """

    kind: Kind
    key: int
    name: str
    others: tuple[str, ...] = ()
    within: tuple[str, ...] = ()


class Standing(IntEnum):
    """How much a form says by itself."""

    FULL = 4
    SHORT = 3
    # Means this one where the text names anything it belongs to: 西湖区总工会 in a report from its city.
    IN_CONTEXT = 2
    # Means this one only where the text names its own place: 省总工会 in a report from that province.
    BY_PLACE = 1


class Form(NamedTuple):
    """A way to write a name, as it is compared."""

    text: str
    standing: Standing


_PLACES = re.compile(
    r"^(?P<province>[\u4e00-\u9fff]{2,3}省|[\u4e00-\u9fff]{2,6}?自治区|(?:北京|上海|天津|重庆)市)?"
    r"(?P<city>[^省市县区州盟旗总]{1,3}州市|[^省市县区州盟旗总]{2,5}?(?:自治州|地区|市|州|盟))?"
    r"(?P<county>[^省市县区州盟旗总]{1,6}?(?:自治县|新区|开发区|县|区|市|旗))?"
)
_COMPANY = re.compile(r"(?:集团)?(?:股份有限|有限责任|有限|控股)*公司$")
_ANY_YEAR = re.compile(r"(?:19|20)\d\d")
_BRACKETS = re.compile(r"\([^()]{1,12}\)")
# A remark behind a name: (演示), (原第二机床厂).
_BRACKETS_BEHIND = re.compile(r"(?<=..)\([^()]*\)$")
_OF_UNIT = re.compile(r"工会委员会$")
_YEAR = re.compile(r"^(?:(?:19|20)\d\d年?(?:度)?)?(?:第[一二三四五六七八九十百\d]+届)?")
_BRAND = re.compile(r"[“\"「『](?P<brand>[^”\"」』]{1,8}杯)[”\"」』]")
_STUDIO = re.compile(
    r"^(?P<person>[\u4e00-\u9fff]{2,3}?)(?:(?:国家级|省级|市级|示范性|劳模|工匠|首席技师|技能大师|技能|职工|人才|创新|和|、|\(工匠\)|\(劳模\))+)工作室$"
)
_STUDIO_TAILS = (
    "工作室", "创新工作室", "劳模工作室", "劳模创新工作室", "工匠创新工作室", "职工创新工作室", "技能大师工作室", "劳模和工匠人才创新工作室",
    "劳模(工匠)创新工作室",
)  # fmt: skip


def forms_of(name: Name) -> dict[str, Standing]:
    """Every way in which ``name`` may be written, with how much it says by itself."""
    found: dict[str, Standing] = {}
    for written in (name.name, *filter(partial(_is_name_of, name), name.others)):
        text = _BRACKETS_BEHIND.sub("", plain(written))
        full = (Form(plain(written), Standing.FULL), Form(text, Standing.FULL))
        for form in (*full, *_SHORTENED[name.kind](text, written)):
            if len(form.text) >= SHORTEST:
                found[form.text] = max(form.standing, found.get(form.text, Standing.BY_PLACE))
    return found


def _is_name_of(name: Name, other: str) -> bool:
    """Whether a further name says what it is of: lists may call 河口市总工会 just 河口, a text that does so means the city."""
    return name.kind is not Kind.UNION or "工会" in other or not name.name.startswith(other)


def contexts_of(name: Name) -> frozenset[str]:
    """What in a text speaks for this one among others of the same form: its places, its superiors, its year."""
    found = {_COMPANY.sub("", plain(written)) or plain(written) for written in name.within}
    for written in (name.name, *name.others, *name.within):
        text = plain(written)
        found.update(bare(place) for place in places_in(_YEAR.sub("", text)))
        found.update(_ANY_YEAR.findall(text))
    return frozenset(one for one in found if len(one) >= SHORTEST)


def own_places_of(name: Name) -> frozenset[str]:
    """The places that stand right before the body of a name: 江西 of 江西省总工会, 西湖区 of 南昌市西湖区总工会."""
    found = (places_in(plain(written)) for written in (name.name, *name.others))
    return frozenset(bare(places[-1]) for places in found if places)


def places_in(text: str) -> list[str]:
    """The places at the beginning of a name, the largest first: 江西省, 南昌市, 西湖区."""
    found = _PLACES.match(text)
    return [place for place in found.groups() if place] if found else []


def bare(place: str) -> str:
    """A place as it is also called: 江西 for 江西省; 赣江新区 stays."""
    bare = re.sub(r"(?:自治区|自治州|自治县|省|市|县|州|盟|旗)$", "", place)
    return bare if len(bare) >= SHORTEST else place


def _of_union(text: str, written: str) -> Iterator[Form]:
    places = places_in(text)
    rest = text[sum(map(len, places)) :]
    if len(rest) < SHORTEST_REST:
        return
    for at in range(1, len(places)):
        # 河口市西湖区总工会 says it all; of 西湖区总工会 there are two.
        standing = Standing.SHORT if at < len(places) - 1 else Standing.IN_CONTEXT
        yield Form("".join(places[at:]) + rest, standing)
    if places:
        yield Form(bare(places[0]) + "".join(places[1:]) + rest, Standing.SHORT)
        yield Form(places[-1][-1] + rest, Standing.BY_PLACE)


def _of_unit(text: str, written: str) -> Iterator[Form]:
    whole = _BRACKETS.sub("", text)
    bodies = (
        whole,
        _COMPANY.sub("集团", whole) if "集团" in whole else whole,
        _COMPANY.sub("", whole),
        _OF_UNIT.sub("工会", whole),
    )
    for body in dict.fromkeys(bodies):
        places = places_in(body)
        for at in range(len(places) + 1):
            rest = body[sum(map(len, places[:at])) :]
            # Without its place a company's full name says enough; 第二机床厂 and 铜业集团 there may be elsewhere too.
            says_enough = at < max(1, len(places)) or rest != _COMPANY.sub("", rest)
            if len(rest) >= SHORTEST_UNIT:
                yield Form(rest, Standing.SHORT if says_enough else Standing.IN_CONTEXT)


def _of_competition(text: str, written: str) -> Iterator[Form]:
    timeless = _YEAR.sub("", text)
    if len(timeless) > SHORTEST_UNIT:
        yield Form(timeless, Standing.SHORT)
    placeless = timeless[sum(map(len, places_in(timeless))) :]
    if len(placeless) > SHORTEST_UNIT:
        yield Form(placeless, Standing.IN_CONTEXT)
    brand = _BRAND.search(written)
    if brand:
        yield Form(plain(brand["brand"]), Standing.SHORT)


def _of_studio(text: str, written: str) -> Iterator[Form]:
    led = _STUDIO.match(text)
    if led:
        yield from (Form(led["person"] + tail, Standing.SHORT) for tail in _STUDIO_TAILS)


def _of_innovation(text: str, written: str) -> Iterator[Form]:
    yield from ()


_SHORTENED = {
    Kind.UNION: _of_union,
    Kind.UNIT: _of_unit,
    Kind.COMPETITION: _of_competition,
    Kind.INNOVATION: _of_innovation,
    Kind.STUDIO: _of_studio,
}
