"""The same crawl with Scrapy: the hosts' front pages, the articles they list. ``python crawl_scrapy.py PORT DELAY
AT_ONCE FILE``.

It imports nothing of ours, so that it runs in whatever environment has Scrapy.
"""

from __future__ import annotations

import sys
from pathlib import Path

import scrapy
from scrapy.crawler import CrawlerProcess
from scrapy.settings import default_settings

PORT, DELAY, AT_ONCE, FILE = int(sys.argv[1]), float(sys.argv[2]), int(sys.argv[3]), Path(sys.argv[4])


class Press(scrapy.Spider):
    name = "press"
    start_urls = [f"http://127.0.1.{number}:{PORT}/" for number in range(1, 51)]

    def parse(self, response):
        for href in response.css("a::attr(href)").getall():
            yield response.follow(href, self.article)

    def article(self, response):
        with FILE.open("ab") as file:
            file.write(response.body)


process = CrawlerProcess(
    {
        "ROBOTSTXT_OBEY": True,
        "DOWNLOAD_DELAY": DELAY,
        "DOWNLOAD_DELAY_JITTER": 0,  # Scrapy 2.19 calls it this, older ones as below
        **({} if "DOWNLOAD_DELAY_JITTER" in vars(default_settings) else {"RANDOMIZE_DOWNLOAD_DELAY": False}),
        "CONCURRENT_REQUESTS": 256,
        "CONCURRENT_REQUESTS_PER_DOMAIN": AT_ONCE,
        "COOKIES_ENABLED": False,
        "TELNETCONSOLE_ENABLED": False,
        "LOG_LEVEL": "ERROR",
        "USER_AGENT": "Huomiao-benchmark (+https://press.example.org/crawler)",
    }
)
process.crawl(Press)
process.start()
