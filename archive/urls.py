"""All addresses of the archive: the editors' desk, those for programs, and the readers' pages in two languages."""

from django.conf.urls.i18n import i18n_patterns
from django.contrib import admin
from django.http import HttpRequest, HttpResponseRedirect
from django.templatetags.static import static
from django.urls import include, path


def favicon(request: HttpRequest) -> HttpResponseRedirect:
    """Redirects to the icon. Browsers request this address for pages that name no icon, such as the desk's."""
    return HttpResponseRedirect(static("site/mark.svg"))


urlpatterns = [
    path("admin/", admin.site.urls),
    path("favicon.ico", favicon),
    path("", include("articles.exchange.urls")),
    # Arabic has no prefix, English has /en/.
    *i18n_patterns(path("", include("articles.site.urls")), prefix_default_language=False),
]

handler400 = "articles.platform.outage.not_accepted"
handler500 = "articles.platform.outage.failed"
handler404 = "articles.site.views.plain.not_found"
