"""What the class and id of an element say of it: words that page authors everywhere use."""

from __future__ import annotations

import re
from functools import lru_cache
from itertools import islice

from selectolax.lexbor import LexborNode

from huomiao.newsdesk.pipeline.extract.page import Box

# Beginnings of words: letters before them would make another word ("shared" is one, "unshared" is none).
_ASIDE = re.compile(
    r"(?<![a-z])(?:"
    r"comment|disqus|pinglun|reply|replies|respond|gentie|"
    r"relat(?:ed|ion)|relevant|recommend|recirc|tuijian|xiangguan|xgyd|xgwz|guess|you-?may|more-?(?:news|stories|from|on|articles|like|posts|link|read)|"
    r"also-?(?:read|like)|read-?(?:more|next|also)|next-?(?:post|article|up)|prev(?:ious)?-?(?:post|article|next|and)|"
    r"hot-?(?:news|list|article|rank|word|topic|read)?(?![a-z])|rank(?:ing)?(?![a-z])|paihang|popular|trending|most-?(?:read|viewed|popular|recent)|top-?(?:stories|news)|latest|newest|"
    r"side-?(?:bar|column|nav|box)|aside|rail(?![a-z])|right-?(?:col|bar|side|rail|list|box|part|cont)|"
    r"foot(?:er)?(?![a-z])|footer|copyright|beian|disclaim|shengming|statement|legal|"
    r"nav(?:bar|igation)?(?![a-z])|menu|breadcrumb|crumb|position|location|toolbar|tool-?(?:s|box)(?![a-z])|"
    r"share|sharing|social(?!-?media-?embed)|bshare|jiathis|bdsharebuttonbox|weixin|wechat|wx-?(?:code|share)|qr-?code|erweima|ewm|saoma|scan|follow(?:-|_|us|$)|"
    r"tags?(?![a-z])|tag-?(?:list|cloud|box|links)|keyword|key-?words|"
    r"ad(?:s|v|vert|box|wrap|slot|unit|container)?(?![a-z])|advert|guanggao|sponsor|promo|banner|dfp|gpt-ad|taboola|outbrain|commercial|"
    r"newsletter|subscri(?:be|ption)|signup|sign-?up|login|register|popup|modal|cookie|consent|gdpr|overlay|"
    r"author-?(?:bio|box|info|card|about)|about-?(?:the-)?author|bio(?![a-z])|"
    r"download|app-?(?:down|guide|open|banner|box)|open-?app|edit-?(?:link|section)|print(?:-|_|er|$)|feedback|report-?error|jubao|jiucuo|vote|mood|digg|zan(?![a-z])|dashang|reward|"
    r"page-?(?:nav|num|list|turn|bar|link|box)|pagination|pager(?![a-z])|fenye|"
    r"widget|video-?(?:list|player|box)|player|playlist|carousel|slideshow|slick|swiper|"
    r"screen-?reader|sr-only|visually-?hidden|noprint|no-?print|skip-?(?:link|to)|toc(?![a-z])"
    r")"
)
_COMMENTS = re.compile(
    r"(?<![a-z])(?:comment|disqus|pinglun|reply|replies|respond|gentie|cookie|consent|gdpr|privacy|cli-modal|foot(?:er)?(?![a-z]))"
)
_BODY = re.compile(
    r"(?<![a-z])(?:"
    r"(?:article|news|post|story|entry|main|detail|page|text|arti?|rich|rm|blog|node|single)[-_]?(?:body|content|text|txt|con|main|detail|inner|info|wrap|area)|"
    r"(?:body|content|text|txt|con)[-_]?(?:article|news|post|story|detail|body|text|main|txt)|"
    r"articlebody|endtext|zhengwen|zw|neirong|wenzhang|trs_editor|trs_uedit|ueditor|editor-?content|"
    r"article|story|entry|content|contents|detail|post"
    r")(?![a-z])"
)
_STRONG_BODY = re.compile(
    r"(?<![a-z])(?:(?:article|arti?|story|post|entry|news|rich|detail)[-_]?(?:body|content|text|txt)|trs_editor|trs_uedit|zhengwen|endtext|"
    r"(?:content|body|text)[-_]?(?:article|body|text))(?![a-z])"
)
_ASIDE_TAGS = frozenset(("nav", "aside", "footer"))
_NEVER = frozenset(("body", "html", "article", "main", "tr", "tbody", "thead"))


# Classes that say what an element has or is at the moment, not what it is for.
_STATES = ("has-", "is-", "no-", "with-", "without-", "hide-", "show-")


@lru_cache(maxsize=4096)
def _reads_aside(label: str) -> bool:
    if _ASIDE.search(label) is None:
        return False
    return any(_ASIDE.search(name) for name in label.split() if not name.startswith(_STATES))


@lru_cache(maxsize=4096)
def _reads_comments(label: str) -> bool:
    return _COMMENTS.search(label) is not None


@lru_cache(maxsize=4096)
def _reads_body(label: str) -> int:
    if _STRONG_BODY.search(label):
        return 2
    return 1 if _BODY.search(label) else 0


def is_aside(box: Box) -> bool:
    """Whether the element calls itself something beside the article: comments, related, shares, navigation, an advertisement."""
    if box.tag in _NEVER:
        return False
    return box.tag in _ASIDE_TAGS or (box.label != "" and _reads_aside(box.label))


# What is long, full of links and never holds a byline: menus, comments, other articles.
_PASSABLE = re.compile(
    r"(?<![a-z])(?:nav(?:bar|igation)?|menu|foot(?:er)?|comments?|pinglun|gentie|recommend(?:ed|ation)?s?|tuijian|related|rank(?:ing)?|paihang|"
    r"most-?(?:read|popular|viewed)|site-?map|friend-?links?)(?![a-z])"
)
# With fewer links than this an element may hold a byline or a breadcrumb rather than a list.
_LEAST_LINKS = 8
_ARTICLE_INSIDE = (
    "h1, article, [itemprop=articleBody], [class*=article], [id*=article], [class*=content], [id*=content]"
)


@lru_cache(maxsize=4096)
def reads_passable(label: str) -> bool:
    """Whether the label is one of those that menus, comments and lists of other articles have."""
    return (
        _PASSABLE.search(label) is not None and _reads_aside(label) and "crumb" not in label and not _reads_body(label)
    )


def can_be_passed_by(node: LexborNode, tag: str) -> bool:
    """Whether an element, unvisited, whose label reads so, is a list of many links without an article in it."""
    if tag in _NEVER:
        return False
    links = (1 for inside in node.traverse() if inside.tag == "a")
    return sum(islice(links, _LEAST_LINKS)) == _LEAST_LINKS and node.css_first(_ARTICLE_INSIDE) is None


def is_comments(box: Box) -> bool:
    """Whether it holds what is prose but never the article: readers' comments, notices on cookies, the foot of the page."""
    return box.tag not in _NEVER and box.label != "" and _reads_comments(box.label)


def body_likeness(box: Box) -> int:
    """How plainly the element calls itself the article: 0 not, 1 perhaps, 2 its body, 3 marked up as such."""
    if box.is_article_body:
        return 3
    return (box.label != "" and _reads_body(box.label)) or int(box.tag == "article")
