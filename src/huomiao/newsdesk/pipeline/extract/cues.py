"""The words by which lines give themselves away: what belongs to the page rather than to the article."""

from __future__ import annotations

import re

# Longer lines are prose, whatever they begin with.
LONGEST = 160
_LONGEST_HEADING = 12

# From here on nothing belongs to the article: headings of what follows it.
_END = re.compile(
    r"^[【\[(（<>《·•\-—=_|■▲►▼◆#\s]*(?:"
    r"相关(?:阅读|新闻|文章|报道|链接|推荐|内容|资讯|专题|热词|标签|话题|視頻|视频|稿件|搜索)|相關(?:閱讀|新聞|文章|報導|連結)|延伸(?:阅读|閱讀)|"
    r"(?:猜你喜欢|您可能(?:也|还)?(?:感兴趣|喜欢)|你可能(?:也|还)?(?:感兴趣|喜欢|想看)|为[你您]推荐|更多推荐|推荐阅读|推荐新闻|今日推荐|精彩推荐|精彩评论|大家都在(?:看|搜)|大家还在看|编辑推荐|热门(?:推荐|文章|新闻|评论|阅读|排行|话题|标签)|热点(?:推荐|新闻|排行)|最新(?:评论|文章|新闻|资讯|发布|推荐)|最热(?:评论|新闻|文章)|新闻排行|点击排行|阅读排行|排行榜|"
    r"热门搜索|网友评论|全部评论|用户评论|发表评论|我来说两句|我要评论|评论\s*[(（]?\d*[)）]?$|跟帖|写评论|友情链接|"
    r"上一[篇页則则条]|下一[篇页則则条]|分享到|分享至|分享[:：]|关键[词字]|關鍵字|标签[:：]|標籤|文章标签|文章关键词|版权声明|免责声明|免責聲明|特别声明|平台声明|声明[:：]|郑重声明|风险提示[:：]|"
    r"其他(?:新闻|文章)|更多(?:新闻|精彩|相关|文章|报道|资讯)|往期(?:回顾|精彩|推荐)|本文标签|本文网址|本文链接|本文地址|原文链接|原文地址|转载请注明|延伸阅读)|"
    r"(?:related (?:articles?|stories|posts?|news|content|topics?|links|coverage|reading)|read (?:more|next|also)|more (?:from|on|stories|news|in)\b|you (?:may|might) (?:also )?(?:like|be interested)|"
    r"recommended(?: for you| stories| articles)?|most (?:read|popular|viewed|recent)|trending(?: now| stories)?|popular (?:posts|stories|articles)|latest (?:news|stories|posts)|top stories|"
    r"(?:leave|post|add) a (?:comment|reply)|comments?(?: \(\d+\))?$|\d+ comments?$|join the (?:conversation|discussion)|share (?:this|on|via)|filed under|tags?\s*:|topics?\s*:|about the author|sponsored (?:content|stories)|from (?:around )?the web|"
    r"sign up for|subscribe to|follow us|copyright|©|all rights reserved|advertisement$)"
    r")",
    re.IGNORECASE,
)

# Editor's lines; what they say is read before they are dropped.
_EDITOR = re.compile(
    r"^[【\[(（<>\s*·•—-]*(?:本文|本期|本版|网络|网站|值班|执行|当值)?(?:责任?\s*编辑|责\s*编|責任編輯|责任编缉|编\s*辑|編輯|编\s*审|编\s*校|审\s*核|审\s*校|校\s*对|校\s*對|审\s*读|监\s*制|統籌|统\s*筹|主\s*编|总\s*编|值班主任|编委|初审|复审|终审|一审|二审|三审|终校|美编|排版|策划|出品人|签发)\s*[:：/丨｜|]"
)

_NAMES_EDITOR = re.compile(
    r"^[【\[(（<>\s*·•—-]*(?:本文|网络|网站|值班)?(?:责任?\s*编辑|责\s*编|責任編輯|责任编缉|编\s*辑|編\s*輯)\s*[:：/丨｜|]"
)
_DISCLAIMER = re.compile(
    r"^[【\[(（<>《\s*·•—-]*(?:免责|免責|版权|版權|特别|平台|郑重|本站|本网)(?:声明|聲明|提示)\s*[】\])）>》]?\s*[:：]"
)

_BYLINE = re.compile(
    r"^(?:(?:19|20)\d\d\s*[-/.年]\s*)?\d{1,2}\s*[-/.月]\s*\d{1,2}\s*日?\s*\d{1,2}[:：]\d\d(?:[:：]\d\d)?$|(?:来源|來源|稿源|作者|时间|時間|日期|发布|發布|编辑|編輯|浏览|点击|阅读|字号|字体|文号|分类|类别|栏目|标签|published|updated|posted|views?|comments?)\s*[:：]|^by [A-Z][a-z]+ [A-Z]|^(?:first |last )?(?:published|updated|posted|modified)\b.{0,60}\b(?:19|20)\d\d\b|\b(?:min(?:ute)?s? read)\b"
    r"|^(?:[a-z]{3,9},?\s)?(?:\d{1,2}\s)?(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]{0,6}\.?(?:\s\d{1,2})?(?:st|nd|rd|th)?,?\s(?:19|20)\d\d$",
    re.IGNORECASE,
)

# The editor in brackets after the last sentence.
_EDITOR_AFTER = re.compile(
    r"\s*[（(【\[]\s*(?:本文|网络|值班)?(?:责任?\s*编辑|责\s*编|責任編輯|编\s*辑|編\s*輯)\s*[:：/丨｜|]?[^（()）。！？]{1,24}[)）】\]]\s*$"
)
# What heads readers' comments: however much is written below, none of it is the article.
_COMMENTS = re.compile(
    r"^[【\[\s·•|]*(?:(?:网友|全部|最新|热门|精彩|用户|读者|文章)(?:评论|留言|跟[帖贴])|发表评论|我来说两句|我要评论|跟[帖贴]|评论(?:列表|区))"
    r"\s*(?:[(（]?\s*\d*\s*条?\s*[)）]?)[】\]\s]*$"
)
# The foot of a page: registrations that its site has to show.
_FOOT = re.compile(
    r"ICP\s*[备证]|公网安备|网站标识码|备案(?:编)?号|(?:增值电信|视听节目|新闻信息服务).{0,12}许可证", re.IGNORECASE
)

# Lines of the page that lie in the middle of an article.
_NOISE = re.compile(
    r"^[【\[(（<>》\s*·•▲△↑↓→—-]*(?:"
    r"扫码|扫一扫|扫描(?:下方|上方)?二维码|微信扫|用微信|长按|識別二維碼|识别(?:下方|图中)?二维码|关注(?:我们|微信|公众号|官方)|点击(?:上方|下方|右上角|查看|进入|阅读|下载|这里|关注|投票|图片|播放)|"
    r"返回(?:首页|列表|顶部|搜狐)|打印(?:本页|此文)?$|关闭(?:窗口|本页)?$|字[号體体]\s*[:：大小]|收藏$|举报$|分享$|阅读全文|展开全文|查看(?:更多|全文|原图|大图)|加载(?:更多|中)|正在加载|播放$|暂停$|广告$|廣告$|"
    r"(?:本文)?(?:未经|未經).{0,30}(?:授权|许可|同意|授權|允许).{0,30}(?:转载|使用|轉載|禁止|不得)|(?:未经授权|严禁|禁止|不得)(?:擅自)?转载|.{0,12}版权所有|版权归|转载(?:请|须|需)|欢迎(?:转载|关注|转发)|"
    r"下载.{0,12}(?:app|客户端)|打开.{0,12}app|更多.{0,20}(?:请下载|请关注|欢迎下载|敬请关注)|安装.{0,12}客户端|(?:本文|文章)仅代表|(?:以上|本文|本站|文中)(?:内容|信息|文章|观点|图片|资讯).{0,40}(?:不代表|仅供参考|与本站无关|来源于网络|来自网络|爬虫|快照)|快照生成时间|(?:信息)?原文(?:地址|链接)|特此声明|"
    r"(?:我要)?纠错[】\])）\s]*$|(?:投稿|爆料|新闻|报料)(?:邮箱|信箱|热线|电话)|"
    r"不用[抽搶]|[點点]我下[載载]|加入.{0,8}好友|(?:想|要)看更多|更多精彩|"
    r"首页\s*[>›»]|当前位置|您(?:的|所在)?(?:当前)?(?:的)?位置|"
    r"\(?本文来自.{0,24}(?:更多|下载|app)|-\s*the end\s*-|原标题\s*[:：]|原題|本文原标题|[(（]?\s*原题(?:为|：)|[(（]原(?:标题|题|載|载于)|"
    r"advertisement\b|continue reading|story continues|article continues|click here|tap here|watch(?: now)?\s*:|see more\s*:|don.?t miss\b|advert$|tell us what you think|read\s*:|see also\s*:|related\s*:|more\s*:|photos?\s*:\s*$|video\s*:|"
    r"sign up|subscribe|get (?:the|our) (?:latest|newsletter|best|app)|download (?:the|our)|follow (?:us|@)|like us|share this|tweet this|print this|email this|this site is protected|loading|image (?:zoom|source)$|"
    r"thank you for (?:reading|your support|subscrib)|already a (?:subscriber|member)|log in|to (?:read|view) the full"
    r")",
    re.IGNORECASE,
)
_CLOSED_NOISE = re.compile(
    r"^(?:(?>首页|上一?页|下一?页|尾页|末页|全文|共|第|页|\d+|[\s.…<>«»|\[\]]+)++|[\W_]+|[a-z]{1,2}|打印|关闭|收藏|举报|分享|点赞|赞|踩|推荐|评论|转发|微博|微信|朋友圈|qq空间|qzone|facebook|twitter|line|email|print|share|tweet|pin|whatsapp|linkedin|reddit|copy link|save|more|ad|photo|close|x|×|大|中|小|\[?大\]?\s*\[?中\]?\s*\[?小\]?|上一页|下一页|首页|尾页|正文|原创|关注|\+关注|新浪微博|腾讯qq|显示图片|点击查看|播放|全屏)$",
    re.IGNORECASE,
)


def ends_article(text: str) -> bool:
    """Whether a short line heads something that comes after the article."""
    return (len(text) <= 60 and _END.match(text) is not None) or _DISCLAIMER.match(text) is not None


def is_editors(text: str) -> bool:
    """Whether it is the line that names editors."""
    return len(text) <= 80 and _EDITOR.match(text) is not None


def names_editor(text: str) -> bool:
    """Whether it is the line of the responsible editor, with which most Chinese pages end an article."""
    return len(text) <= 60 and _NAMES_EDITOR.match(text) is not None


def without_editor(text: str) -> str:
    """The text without the editor that is named in brackets after its last sentence."""
    return _EDITOR_AFTER.sub("", text[-60:]).join((text[:-60], "")) if text[-1:] in ")）】]" else text


def is_noise(text: str) -> bool:
    """Whether it is a line of the page (an invitation, a button, a notice), not of the article."""
    if len(text) <= 30 and _CLOSED_NOISE.match(text):
        return True
    return len(text) <= LONGEST and (_NOISE.match(text) is not None or is_foot(text))


def is_foot(text: str) -> bool:
    """Whether a short line is one of those that stand at the foot of a page."""
    # Looking for one character is much quicker than looking for all of these words.
    is_likely = "备" in text or "证" in text or "标识码" in text
    return is_likely and len(text) <= LONGEST and _FOOT.search(text) is not None


def heads_others(text: str) -> bool:
    """Whether it is a heading of other articles, and nothing but one."""
    return len(text) <= _LONGEST_HEADING and _END.match(text) is not None


def heads_comments(text: str) -> bool:
    """Whether it is a heading below which readers write."""
    return len(text) <= 20 and _COMMENTS.match(text) is not None


def is_byline(text: str) -> bool:
    """Whether a line before the text names its time, source, counts or type size rather than says something."""
    return len(text) <= 100 and "。" not in text and _BYLINE.search(text) is not None
