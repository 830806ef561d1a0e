"""Finds the article on a page of news: title, times, who has it from whom, and the body with its pictures in place.

``docs/explanation/news-extraction.md`` tells how.
"""

from huomiao.newsdesk.pipeline.extract.reading import extract

__all__ = ["extract"]
