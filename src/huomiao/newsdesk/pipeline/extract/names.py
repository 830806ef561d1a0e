"""Names of people as bylines write them, one after another."""

from __future__ import annotations

import re

_HAN = r"\u3400-\u9fff"
NAME = rf"[{_HAN}]{{2,4}}(?:[·•.][{_HAN}]{{1,8}})?"
_SPLIT = re.compile(r"[、，,;；/／&＆|｜丨︱\s\x1f]+|(?<=[\u4e00-\u9fff])和(?=[\u4e00-\u9fff]{2})|\band\b")
_SPLIT_LATIN = re.compile(r"[,;/&|\x1f]+|\band\b")
_WHOLE = re.compile(rf"^{NAME}$")
_CODE = re.compile(r"[_\-\s]*[A-Za-z]{0,4}\d{2,}$|[_\-\s][A-Z]{1,4}\d*$")
_TITLES = re.compile(
    r"^(?:本报|本刊|本网|特约|实习|见习|首席|全媒体|融媒体|通讯员|记者|作者|編輯|编辑|责编|校对|审核|摄影|文|图|by|我|原创)+[:：]?|"
    r"(?:整合|整理|编译|报道|報導|综合|综合报道|摄影报道|供稿|供图|发自|实习生|通讯员|记者|教授|博士|主任|翻译|(?<=..)(?:摄|攝|文|图|译|等))$"
)
# 示例网专栏作者 甲乙: what somebody is, not who.
_ROLE = re.compile(r"(?:作者|记者|評論員|评论员|撰稿人)$")
# Words of two to four characters that stand where names do.
_NO_NAMES = frozenset(
    ("整合", "整理", "编译", "综合", "报道", "報導", "记者", "通讯员", "实习生", "摄影", "摄影师", "图片", "文字", "来源", "作者", "编辑", "责编",
     "小编", "佚名", "未知作者", "本报", "本网", "本刊", "台北", "台北報導", "北京", "上海", "综合报道", "时间", "日期", "发布", "阅读", "浏览", "点击",
     "评论", "分享", "收藏", "转载", "关注", "打印", "字号", "原创", "转发", "微博", "微信", "今日", "昨日", "近日", "电", "讯", "新华社", "中新社", "校对", "审核",
     "管理", "首页", "正文", "新闻", "字体", "下一页", "上一页", "视频", "发表", "更新", "查看", "进入", "更多", "返回", "登录", "注册", "资讯", "版权")
)  # fmt: skip


def names_in(text: str, *, most: int = 8, any_word: bool = False) -> list[str]:
    """The names that a list such as ``刘玺东 易赛楠`` or ``A, B and C`` holds, in order, each once.

    Args:
        any_word: after ``作者：`` stands a name even when it does not look like one (a department, a pen name).
    """
    found: list[str] = []
    pieces = (_SPLIT_LATIN if any_word and text.isascii() else _SPLIT).split(text)
    for piece in pieces[: 3 * most]:
        word = _CODE.sub("", piece.strip("()（）[]【】〔〕<>《》:：·•。.\"'“” \u3000"))
        word = _TITLES.sub("", _TITLES.sub("", word)).strip(":： ")
        if not word or word in _NO_NAMES or word in found or _ROLE.search(word) is not None:
            # After a word that is none, nobody is named any more.
            if found and word in _NO_NAMES:
                break
            continue
        if _WHOLE.match(word) or (any_word and len(word) <= 24):
            found.append(word)
        elif found:
            break
    return found[:most]
