"""The columns of a list of candidates."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from huomiao.core.tables import Column, code_up_to, parse_count, parse_phone, text_up_to


def columns() -> list[Column]:
    return [
        Column("name", _("姓名"), ("考生姓名", "职工姓名", "考生"), parse=text_up_to(50)),
        Column("account", _("账号"), ("登录账号", "用户名"), parse=code_up_to(64)),
        Column("phone", _("手机号"), ("手机", "电话", "联系电话", "手机号码"), parse=parse_phone),
        Column(
            "staff_number",
            _("工号"),
            ("职工编号", "员工编号", "员工号", "职工号"),
            parse=code_up_to(30),
            help=_("账号、手机号、工号至少填一个，用来找到这个人。"),
        ),
        Column(
            "unit",
            _("单位"),
            ("工作单位", "所在单位", "单位名称"),
            parse=text_up_to(120),
            help=_("工号在几个单位重复时必填。"),
        ),
        Column(
            "number",
            _("准考证号"),
            ("考号", "准考证", "准考证号码"),
            parse=code_up_to(20),
            help=_("不填时自动编号。"),
        ),
        Column("room", _("考场"), ("考场名称", "考场号"), parse=text_up_to(40)),
        Column("seat", _("座位"), ("座位号", "座号"), parse=code_up_to(10)),
        Column(
            "extra_minutes",
            _("加时"),
            ("加时（分钟）", "延长时间", "延长（分钟）"),
            parse=parse_count,
            help=_("需要照顾的考生多给的分钟数。"),
        ),
    ]
