"""What editors put around a text: the lead-in before it, their own lines behind it. And whom such lines credit.

A copy comes with another lead-in, another editor's line and another statement than its original; comparing them would part
what belongs together, and statements that a site puts under every article would join what does not. What the article's page
is told to show is never trimmed: this is for comparing only.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

# More lines than these around a text are text.
MOST_BEFORE = 4
MOST_BEHIND = 8
LONGEST_LINE = 90
LONGEST_STATEMENT = 400

# Who writes so names itself, or nobody.
_NOBODY = frozenset(("本报", "本站", "本网", "本刊", "本台", "本社", "网络", "互联网", "综合", "原创", "本站原创"))
_HOUSE = r"(?:社|网|报|台|刊|站|端|新闻|财经|频道)"
_DAY = r"(?:\d{4}年)?(?:\d{1,2}月)?\d{1,2}日"
_NOT_TEXT = r"[^\s,，。；;:：、！？!?()（）“”\"《》]"

_CREDIT_LINE = re.compile(
    r"^[（(【\[]?(?:本文|文章|稿件|消息|新闻)?\s*(?:转自|转载自|转载于|来源于|来源|出处|原载)\s*(?:于)?[:：丨|\s]\s*(?P<who>[^）)】\]]{2,40})[）)】\]]?$"
)
_PAGE_LINE = re.compile(r"^(?:原标题|原题|标题|编者按|编前语|划重点|摘要|导语|点击|视频|音频|图集|相关新闻)\s*[:：丨|]")
# 新华社北京2月29日电 (记者 …)   鲁网1月26日讯   中新网南昌12月5日电 (朱莹)
_DATELINE = re.compile(
    rf"^【?(?:据)?(?P<who>{_NOT_TEXT}{{2,20}}?)\s*{_DAY}\s*(?:电|讯|消息|报道)】?(?:\s*题[:：]|(?=[\s,，。:：(（]|$))"
)
# 本报讯 (记者 …)   新京报快讯（记者 …）
_NEWS_LINE = re.compile(rf"^【?(?P<who>{_NOT_TEXT}{{2,20}}?)(?<![通资腾简喜短音快])快?讯】?(?=[\s,，。:：(（]|$)")
# 据央视新闻客户端报道，   some house's 消息，
_REPORTED = re.compile(rf"^(?:据)?(?P<who>{_NOT_TEXT}{{1,12}}?{_HOUSE}(?:客户端)?)(?:报道|消息|微博消息)(?=[,，:：])")
_NAMED = re.compile(rf"{_NOT_TEXT}{{1,10}}?{_HOUSE}")
# BEIJING, Nov. 24 (Agency) --
_AGENCY = re.compile(r"^(?:[A-Z][\w.,'’ ]{1,50}?)?\((?P<who>[A-Z][A-Za-z ]{1,30})\)\s*[-–—]{1,2}\s*")
_REPORTERS = re.compile(
    r"^[\s,，。:：]*(?:[（(](?:[^（()）]{0,12}(?:记者|通讯员|实习生|编辑|作者|见习)[^（()）]{0,60}|[\u4e00-\u9fff\s、]{2,12})[）)]"
    r"|(?:[\w\-—]{0,16}(?:记者|通讯员)[\s:：][^，。,]{2,30}?(?:报道)?(?=[:：\s]|$)))"
)
_EDITORS_LINE = re.compile(
    r"^[\s（(【\[■▲△●◆—\-]*(?:(?:责任|本期|值班|执行|网络|实习|新媒体|见习)?编辑|责编|编审|校对|审核|审校|复审|终审|一审|二审|三审|监制|主编|总监制|统筹|策划|制图"
    r"|采写|撰稿|撰文|执笔|供稿|供图|摄影|作者|通讯员|来源|文章来源|稿件来源|图片来源|信息来源|资料来源|综合|原标题|记者|文/|文图|图/|图片|摄/"
    r"|\S{0,10}记者[\s:：]|延伸阅读|相关阅读|相关新闻|推荐阅读|更多|点击|扫码|长按|关注|欢迎|出品|投稿|热线|电话|微信|END|end|完)"
    r"(?:[\s:：/|丨）)】\]]|$|[^，。]{0,40}$)"
)
_STATEMENT = re.compile(
    r"^[\s（(【\[*※]*(?:版权|免责|特别|郑重|重要)?(?:声明|说明|提示)[\s:：】\]]"
    r"|(?:未经(?:书面)?(?:授权|许可|同意)|不代表本|版权归|侵权|仅供参考|转载(?:请|须|时)|联系(?:我们|本站|删除))"
)
_IN_BRACKETS = re.compile(
    r"\s*[（(【\[](?:完|[^（()）】\]]{0,6}(?:记者|编辑|责编|编译|校对|通讯员|作者|摄影|来源|原标题|文/|文图|供稿|供图|据)[^（()）】\]]{0,60}"
    r"|[\u4e00-\u9fff]{2,3}(?:[\s、][\u4e00-\u9fff]{2,3}){0,2})[）)】\]]\s*$"
)


@dataclass(frozen=True, slots=True)
class Trimmed:
    """``text`` is what remains to compare; ``credits`` are whom the lines around it name, the first named first."""

    text: str
    credits: tuple[str, ...] = ()


def trim(text: str) -> Trimmed:
    """The plain text of an article (a line a block) without what editors put around it."""
    lines = [line.strip() for line in text.split("\n")]
    lines = [line for line in lines if line]
    credited: list[str] = []
    for _turn in range(MOST_BEFORE):
        if not lines:
            break
        rest = _without_lead(lines[0], credited)
        if rest is None:
            break
        lines[:1] = [rest] if rest else []
    for _turn in range(MOST_BEHIND):
        if not lines or not _is_behind(lines[-1], credited):
            break
        lines.pop()
    if lines:
        # Only the end is looked at: a pattern that begins with white space must not wander through a page full of it.
        lines[-1] = lines[-1][:-LONGEST_LINE] + _IN_BRACKETS.sub("", lines[-1][-LONGEST_LINE:])
    return Trimmed("\n".join(lines), tuple(dict.fromkeys(name for name in credited if name not in _NOBODY)))


def _without_lead(line: str, credited: list[str]) -> str | None:
    """What of the first line is text, "" when nothing is; None when it begins as text does. Notes whom it credits."""
    if len(line) <= LONGEST_LINE:
        named = _CREDIT_LINE.match(line)
        if named:
            credited.append(named["who"].strip())
            return ""
        if _PAGE_LINE.match(line):
            return ""
    for form in (_DATELINE, _NEWS_LINE, _REPORTED, _AGENCY):
        found = form.match(line)
        if found:
            credited.append(_house(found["who"]))
            rest = line[found.end() :]
            reporters = _REPORTERS.match(rest)
            return rest[reporters.end() if reporters else 0 :].lstrip(" ,，。:：\u3000")
    reporters = _REPORTERS.match(line)
    if reporters and reporters.end() > 4:
        return line[reporters.end() :].lstrip(" ,，。:：\u3000")
    return None


def _house(who: str) -> str:
    """The paper or agency of a dateline, without the place or the channel that follows its name (新华社北京, 日报客户端)."""
    found = _NAMED.match(who)
    return found[0] if found else who


def _is_behind(line: str, credited: list[str]) -> bool:
    """Whether the last line is an editor's or a site's. Notes whom it credits."""
    named = _CREDIT_LINE.match(line)
    if named:
        credited.append(named["who"].strip())
        return True
    if len(line) <= LONGEST_LINE and _EDITORS_LINE.match(line):
        return True
    return len(line) <= LONGEST_STATEMENT and bool(_STATEMENT.search(line))
