"""Whether two names mean the same paper, agency or site: 中国新闻网 and 中新网, a paper and its app."""

from __future__ import annotations

import re
from functools import lru_cache

from huomiao.newsdesk.pipeline.relate.units import folded

SURE = 1.0
CHANNEL = 0.95
SITE = 0.9
SHORTENED = 0.75
BEGINNING = 0.7

# The channel by which a house is read, not its name.
_CHANNEL = re.compile(
    r"[-—·・]*(?:(?:官方)?(?:微信公众号|微信|公众号|微博|客户端|app|网站|官网|视频号|抖音号|头条号|账号|号外)|电子版|数字报|全媒体|融媒体(?:中心)?|讯|[\u4e00-\u9fff]{2,4}频道)+$"
)
_SITE = re.compile(r"(?:网|社|online|\.(?:com|cn|net|org|com\.cn|gov\.cn))$")
# An agency is called 社 as often as 通讯社.
_LONG_FORM = re.compile(r"通讯社$")
_OUTSIDE = re.compile(r"[“”\"'《》〈〉「」【】\[\]()（）\s·]+")


@lru_cache(maxsize=1 << 15)
def likely_same(a: str, b: str) -> float:
    """How sure it is that both names are one house's, 0.0 to 1.0."""
    if not a or not b:
        return 0.0
    one, other = _plain(a), _plain(b)
    if not one or not other:
        return 0.0
    if one == other:
        return SURE
    one, other = _CHANNEL.sub("", one) or one, _CHANNEL.sub("", other) or other
    if one == other:
        return CHANNEL
    short, long = sorted((one, other), key=len)
    if _SITE.sub("", long) == short and len(short) > 2:
        return SITE
    if _is_shortened(short, long):
        return SHORTENED
    return BEGINNING if len(short) > 3 and long.startswith(short) else 0.0


@lru_cache(maxsize=4096)
def _plain(name: str) -> str:
    return _LONG_FORM.sub("社", _OUTSIDE.sub("", folded(name)))


def _is_shortened(short: str, long: str) -> bool:
    """Whether the short name takes some characters of the long one, as abbreviations do: the first of its words, and its last.

    One that takes the whole first word and drops a later one (中国网, 中国新闻网) is another house.
    """
    if not 3 <= len(short) < len(long) or short[0] != long[0] or short[-1] != long[-1] or short[1] == long[1]:
        return False
    rest = iter(long)
    return all(each in rest for each in short)
