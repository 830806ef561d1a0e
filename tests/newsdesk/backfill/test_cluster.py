"""Runs only where Ray is installed (``pip install huomiao[ray]``)."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from huomiao.newsdesk.pipeline.backfill import parts, run
from huomiao.newsdesk.pipeline.backfill.cluster import NoRay
from tests.newsdesk.backfill import extracting


def test_without_ray_it_says_what_to_install(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "ray", None)
    extracting.pages(tmp_path / "a.warc.gz", range(2))

    with pytest.raises(NoRay, match=r"huomiao\[ray\]"):
        run.backfill([tmp_path / "a.warc.gz"], to=tmp_path / "out", engine="ray", extract=extracting.plain)


@pytest.mark.enable_socket
@pytest.mark.filterwarnings("default")
def test_ray_shares_the_work_and_a_page_that_kills_is_found(tmp_path, monkeypatch):
    pytest.importorskip("ray", reason="Ray is not installed")
    # Tasks import the extractor of these tests from the project's root.
    monkeypatch.setenv("PYTHONPATH", ":".join([str(Path.cwd()), *sys.path]))
    urls = extracting.pages(tmp_path / "a.warc.gz", range(30), marks={3: "<kills>"})

    report = run.backfill(
        [tmp_path / "a.warc.gz"],
        to=tmp_path / "out",
        engine="ray",
        workers=2,
        extract=extracting.deadly,
        unit_bytes=3000,
    )

    results = list(parts.results(tmp_path / "out"))
    assert sorted(one.url for one in results) == sorted(urls)
    assert [one.url for one in results if one.problem] == [urls[3]]
    assert (report.articles, report.problems, report.units_done) == (29, 1, report.units)
