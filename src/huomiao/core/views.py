from __future__ import annotations

from django.conf import settings
from django.db import connection
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import render
from django.template import loader
from django.templatetags.static import static
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST, require_safe

from huomiao.core import display as reader_display
from huomiao.core import icons, palette
from huomiao.core import styleguide as samples
from huomiao.core.errors import WrongState
from huomiao.core.requests import is_safe_path

ROBOTS = """\
User-agent: *
Disallow: /accounts/
Disallow: /declarations/
Disallow: /files/
Disallow: /me/
Disallow: /objections/
Disallow: /scan/
Disallow: /styleguide/
Disallow: /tasks/
Disallow: /verify/
"""


@require_POST
def display(request: HttpRequest) -> HttpResponse:
    """Keep how the reader likes pages to look and go back to where they were."""
    back = request.POST.get("next", "")
    response = HttpResponseRedirect(back if is_safe_path(back) else "/")
    reader_display.remember(response, request)
    return response


@require_GET
def manifest(request: HttpRequest) -> JsonResponse:
    """The web manifest: the site can be put on a phone's home screen."""
    name = settings.PROGRAMME_NAME or _("火苗")
    icons = [
        {"src": static("core/icons/flame.svg"), "sizes": "any", "type": "image/svg+xml"},
        {"src": static("core/icons/flame-192.png"), "sizes": "192x192", "type": "image/png"},
        {"src": static("core/icons/flame-512.png"), "sizes": "512x512", "type": "image/png"},
        {
            "src": static("core/icons/flame-maskable-512.png"),
            "sizes": "512x512",
            "type": "image/png",
            "purpose": "maskable",
        },
    ]
    return JsonResponse(
        {
            "name": name,
            "short_name": name[:12],
            "id": "/",
            # Who puts the site on a phone comes to practise, and only these pages open without a network.
            "start_url": "/practice/",
            "scope": "/",
            "lang": "zh-Hans",
            "display": "standalone",
            "background_color": "#fbf9f4",
            "theme_color": "#fbf9f4",
            "icons": icons,
        },
        content_type="application/manifest+json",
    )


@require_safe
@never_cache
def healthz(request: HttpRequest) -> HttpResponse:
    """For load balancers: 200 while the process serves and its database answers; otherwise the error rises."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    return HttpResponse("ok\n", content_type="text/plain")


@require_safe
def robots(request: HttpRequest) -> HttpResponse:
    return HttpResponse(ROBOTS, content_type="text/plain")


@require_safe
def styleguide(request: HttpRequest) -> HttpResponse:
    """Every component in every state."""
    themes = [
        {"name": name, "pairs": palette.pairs(palette.TEXT_PAIRS, theme=name), "colours": palette.colours(name)}
        for name in ("light", "dark")
    ]
    return render(
        request,
        "core/styleguide.html",
        {
            "forms": samples.forms_by_state(),
            "rows": samples.ROWS,
            "page_obj": samples.page(),
            "entries": samples.entries(),
            "icons": sorted(icons.SHAPES),
            "themes": themes,
            "error_pages": samples.ERROR_PAGES,
            "markdown": samples.MARKDOWN,
        },
    )


@require_safe
def styleguide_error(request: HttpRequest, name: str) -> HttpResponse:
    """One of the error pages, to look at."""
    if name not in samples.ERROR_PAGES:
        raise Http404
    refusal = WrongState(_("“示例成果”目前是“已推荐”，不能这样处理。请刷新页面查看最新状态。"))
    return render(request, samples.ERROR_PAGES[name], {"refusal": refusal})


def forbidden(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return render(request, "core/403.html", status=403)


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return render(request, "core/404.html", status=404)


def server_error(request: HttpRequest) -> HttpResponse:
    """The page for a fault: made without context or database, which may be what failed."""
    return HttpResponse(loader.render_to_string("core/500.html"), status=500)


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """A form whose token no longer fits: nearly always a page left open while the session ended."""
    return render(request, "core/csrf.html", status=403)
