"""Whether a request comes from our own pages, at an address of ours."""

from __future__ import annotations

from functools import lru_cache
from urllib.parse import urlsplit

from django.conf import settings
from django.http.request import split_domain_port, validate_host


@lru_cache(maxsize=256)
def _is_allowed(host: str, allowed: tuple[str, ...]) -> bool:
    domain, _port = split_domain_port(host)
    return bool(domain) and validate_host(domain, allowed)


def is_our_host(host: str) -> bool:
    """Whether people may reach the site under this name."""
    return _is_allowed(host, tuple(settings.ALLOWED_HOSTS))


def is_our_page(host: str, origin: str, fetch_site: str) -> bool:
    """Whether a change comes from a page of this site.

    Browsers say where a request comes from; one that says nothing at all is no browser and carries nobody's cookies by
    accident. (Sending JSON to another site is something that browsers ask about first, too.)
    """
    if origin:
        return _is_same(host, origin) or origin in settings.CSRF_TRUSTED_ORIGINS
    return fetch_site in ("", "same-origin", "none")


@lru_cache(maxsize=256)
def _is_same(host: str, origin: str) -> bool:
    # The scheme is not compared: behind a proxy it is the proxy's word against the browser's.
    return urlsplit(origin).netloc == host
