"""Lists of priority fields that ship with the product; a region adds its own, versioned by year."""

from __future__ import annotations

from dataclasses import dataclass

from huomiao.innovations.models import PriorityField

Group = PriorityField.Group


@dataclass(frozen=True)
class PriorityListDefault:
    name: str
    first_year: int
    last_year: int
    description: str
    fields: tuple[tuple[str, str, PriorityField.Group], ...]


_CHAINS = (
    ("L01", "电子信息产业链"),
    ("L02", "有色金属产业链"),
    ("L03", "装备制造产业链"),
    ("L04", "新能源产业链"),
    ("L05", "石化化工产业链"),
    ("L06", "建材产业链"),
    ("L07", "钢铁产业链"),
    ("L08", "航空产业链"),
    ("L09", "食品产业链"),
    ("L10", "纺织服装产业链"),
    ("L11", "医药产业链"),
    ("L12", "现代家具产业链"),
)
_CLUSTERS = (
    ("J1", "电子信息产业集群"),
    ("J2", "铜基新材料产业集群"),
    ("J3", "锂电和光伏新能源产业集群"),
    ("J4", "钨和稀土金属新材料产业集群"),
    ("J5", "航空产业集群"),
    ("J6", "炼化一体化和化工新材料产业集群"),
)

# The manufacturing plan of Jiangxi, 2023 to 2026: 12 chains and 6 clusters.
PLAN_1269 = PriorityListDefault(
    name="1269",
    first_year=2023,
    last_year=2026,
    description="江西省制造业重点产业链现代化建设“1269”行动计划（2023—2026 年）：12 条重点产业链、6 个先进制造业集群。",
    fields=(
        *((code, name, Group.CHAIN) for code, name in _CHAINS),
        *((code, name, Group.CLUSTER) for code, name in _CLUSTERS),
    ),
)
