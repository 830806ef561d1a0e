from __future__ import annotations

import pytest

from huomiao.newsdesk.pipeline.relate import crediting


@pytest.mark.parametrize(
    ("one", "other", "sure"),
    [
        ("江右日报", "江右日报", crediting.SURE),
        ("“江右日报” ", "江右日报", crediting.SURE),
        ("江右日报微信公众号", "江右日报客户端", crediting.CHANNEL),
        ("晨光网-江右频道", "晨光网", crediting.CHANNEL),
        ("晨光新闻", "晨光新闻网", crediting.SITE),
        ("中部新闻网", "中新网", crediting.SHORTENED),
        ("远山通讯社", "远山社", crediting.SURE),
        ("江右日报", "江右日报南岭分社", crediting.BEGINNING),
        ("中部网", "中部新闻网", 0.0),
        ("江右日报", "江右晚报", 0.0),
        ("晨光网", "北岭网", 0.0),
        ("", "江右日报", 0.0),
        ("“”", "江右日报", 0.0),
    ],
)
def test_names_of_houses(one, other, sure):
    assert crediting.likely_same(one, other) == crediting.likely_same(other, one) == sure
