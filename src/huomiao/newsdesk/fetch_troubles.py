"""Why something could not be fetched, as a sentence that says what to do."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from huomiao.newsdesk.pipeline.fetch.errors import Reason

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

SENTENCES: dict[Reason, StrOrPromise] = {
    Reason.BAD_ADDRESS: gettext_lazy("这不是可以访问的网址，请从浏览器的地址栏里复制。"),
    Reason.NOT_PUBLIC: gettext_lazy("这个网址指向内部网络，系统不访问内部网络。"),
    Reason.ROBOTS: gettext_lazy("对方的 robots.txt 不允许采集。请联系对方同意后再添加。"),
    Reason.TOO_LARGE: gettext_lazy("返回的内容太大。请换成订阅源或更具体的栏目页。"),
    Reason.BOMB: gettext_lazy("返回的压缩内容不正常，没有展开。请核对网址。"),
    Reason.UNDECODABLE: gettext_lazy("返回的内容无法解码。请换成订阅源或更具体的栏目页。"),
    Reason.REDIRECTS: gettext_lazy("跳转次数太多。请用浏览器打开，复制最后停下的网址。"),
    Reason.REFUSED: gettext_lazy("对方拒绝访问。请联系对方放行我们的采集程序。"),
    Reason.GONE: gettext_lazy("对方说这个网址已经没有了。请核对或换一个网址。"),
    Reason.NO_SUCH_HOST: gettext_lazy("没有这个域名。请核对网址，或稍后再试。"),
    Reason.UNREACHABLE: gettext_lazy("连不上对方的服务器。会自动重试；若一直如此，请核对网址。"),
    Reason.BAD_CERTIFICATE: gettext_lazy("对方的安全证书有问题。请告知对方更换证书。"),
    Reason.PROTOCOL: gettext_lazy("对方的回答不合规范。会自动重试。"),
    Reason.TOO_SLOW: gettext_lazy("对方回答太慢。会自动重试，并放慢采集。"),
    Reason.BUSY: gettext_lazy("对方正忙，要求稍后再来。会自动重试，并放慢采集。"),
    Reason.SERVER_ERROR: gettext_lazy("对方的服务器出错。会自动重试。"),
    Reason.ROBOTS_UNREACHABLE: gettext_lazy("读不到对方的 robots.txt，按规矩先不采集。会自动重试。"),
}


def sentence(reason: str) -> str:
    """What to tell an editor about ``reason``; "" for none."""
    if not reason:
        return ""
    try:
        return str(SENTENCES[Reason(reason)])
    except ValueError:
        return _("上次检查没有成功。会自动重试。")
