"""Whether a request comes from our own pages, at an address of ours."""

from __future__ import annotations

from functools import lru_cache
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from django.conf import settings
from django.core.signals import setting_changed
from django.http.request import split_domain_port, validate_host


class Site(NamedTuple):
    """What the settings say of the site, read once: each look into them costs as much as a check of a cookie."""

    hosts: tuple[str, ...]
    session_cookie: str
    language_cookie: str
    demands_https: bool
    is_behind_proxy: bool


@lru_cache(maxsize=1)
def site() -> Site:
    return Site(
        tuple(settings.ALLOWED_HOSTS),
        settings.SESSION_COOKIE_NAME,
        settings.LANGUAGE_COOKIE_NAME,
        settings.SECURE_SSL_REDIRECT,
        settings.BEHIND_PROXY,
    )


@setting_changed.connect
def _forget_site(**more: Any) -> None:
    site.cache_clear()


@lru_cache(maxsize=256)
def _is_allowed(host: str, allowed: tuple[str, ...]) -> bool:
    domain, _port = split_domain_port(host)
    return bool(domain) and validate_host(domain, allowed)


def is_our_host(host: str, site: Site) -> bool:
    """Whether people may reach the site under this name."""
    return _is_allowed(host, site.hosts)


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
