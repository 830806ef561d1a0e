from __future__ import annotations

import pytest

from huomiao.core.requests import is_safe_path, whole_number


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("0", 0),
        ("42", 42),
        ("９", 9),
        ("9" * 18, 10**18 - 1),
        ("9" * 19, None),
        ("9" * 5000, None),
        ("²", None),
        ("-1", None),
        ("+1", None),
        ("1.0", None),
        ("", None),
        ("\x00", None),
    ],
)
def test_whole_number_reads_what_a_key_may_be_and_nothing_else(text, expected):
    assert whole_number(text) == expected


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("/", True),
        ("/calls/wuxiao-2023/?page=2#top", True),
        ("calls/", False),
        ("", False),
        ("//evil.example/", False),
        ("/\\evil.example/", False),
        ("/\t/evil.example/", False),
        ("/\n/evil.example/", False),
        ("https://evil.example/", False),
        ("javascript:alert(1)", False),
    ],
)
def test_a_safe_path_stays_on_this_site(path, expected):
    assert is_safe_path(path) is expected


@pytest.mark.parametrize("address", ["/calls/?q=%00", "/verify/%00/", "/organizations/a%00b/"])
def test_an_address_with_a_nul_is_refused(client, db, address):
    response = client.get(address)

    assert (response.status_code, "网址不完整" in response.content.decode()) == (400, True)
