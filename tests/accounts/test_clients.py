from __future__ import annotations

import pytest
from django.test import RequestFactory

from huomiao.accounts import clients, phones

CHROME = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0 Safari/537.36"
IPHONE = "Mozilla/5.0 (iPhone; CPU iPhone OS 17_0 like Mac OS X) AppleWebKit/605.1.15 Mobile/15E148 Safari/604.1"


@pytest.mark.parametrize(
    ("agent", "expected"),
    [
        (CHROME, "Chrome · Windows"),
        (CHROME + " Edg/140.0", "Edge · Windows"),
        (IPHONE, "Safari · iPhone"),
        (IPHONE + " MicroMessenger/8.0", "微信 · iPhone"),
        (IPHONE + " wxwork/4.1 MicroMessenger/7.0", "企业微信 · iPhone"),
        ("Mozilla/5.0 (Linux; Android 14) Chrome/120 Mobile Safari/537.36 AliApp(DingTalk/7.0)", "钉钉 · Android"),
        ("Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0", "Firefox · Linux"),
        (
            "Mozilla/5.0 (Phone; OpenHarmony 5.0) AppleWebKit/537.36 Chrome/114 Mobile HuaweiBrowser/5",
            "华为浏览器 · HarmonyOS",
        ),
        ("", "未知浏览器"),
        ("<script>alert(1)</script>", "未知浏览器"),
    ],
)
def test_browser_is_named_as_people_call_it(agent, expected):
    assert clients.browser(agent) == expected


@pytest.mark.parametrize(("agent", "expected"), [(CHROME, False), (IPHONE, True), ("", False)])
def test_phones_are_told_from_desktops(agent, expected):
    assert clients.is_phone(agent) is expected


@pytest.mark.parametrize(
    ("behind_proxy", "forwarded", "expected"),
    [
        (False, "203.0.113.9", "192.0.2.1"),
        (True, "203.0.113.9", "203.0.113.9"),
        (True, "198.51.100.1, 203.0.113.9", "203.0.113.9"),
        (True, "", "192.0.2.1"),
        (True, "not-an-address", "0.0.0.0"),
    ],
)
def test_forwarded_address_counts_only_behind_our_proxy(settings, behind_proxy, forwarded, expected):
    settings.BEHIND_PROXY = behind_proxy
    request = RequestFactory().get("/", REMOTE_ADDR="192.0.2.1", headers={"X-Forwarded-For": forwarded})

    assert clients.address(request) == expected


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("13812345678", "13812345678"),
        (" 138 1234 5678 ", "13812345678"),
        ("+86 138-1234-5678", "13812345678"),
        ("008613812345678", "13812345678"),
        ("１３８１２３４５６７８", "13812345678"),
        ("12812345678", ""),
        ("1381234567", ""),
        ("zhangsan", ""),
        ("", ""),
    ],
)
def test_phone_is_normalized_to_eleven_digits(typed, expected):
    assert phones.normalized(typed) == expected
