from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest

from huomiao.newsdesk.pipeline.discover.moments import CHINA, moment


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2023-12-05 18:41:00", datetime(2023, 12, 5, 18, 41, tzinfo=CHINA)),
        ("2023年12月5日 18:41", datetime(2023, 12, 5, 18, 41, tzinfo=CHINA)),
        ("2023年12月05日18时41分", datetime(2023, 12, 5, 18, 41, tzinfo=CHINA)),
        ("发布于2023/12/5", datetime(2023, 12, 5, tzinfo=CHINA)),
        ("2023.12.05", datetime(2023, 12, 5, tzinfo=CHINA)),
        ("2023-12-05T18:41:00.123Z", datetime(2023, 12, 5, 18, 41, tzinfo=UTC)),
        ("2023-12-05T18:41-0530", datetime(2023, 12, 5, 18, 41, tzinfo=timezone(-timedelta(hours=5, minutes=30)))),
        ("Tue, 05 Dec 2023 18:41:00 GMT", datetime(2023, 12, 5, 18, 41, tzinfo=UTC)),
        ("05 Dec 2023 18:41:00", datetime(2023, 12, 5, 18, 41, tzinfo=CHINA)),
        ("2023-13-05", None),
        ("2023-12-05 25:00", None),
        ("yesterday", None),
        ("", None),
        ("9" * 10_000, None),
    ],
)
def test_a_time_is_read_as_it_is_written(text, expected):
    assert moment(text) == expected
