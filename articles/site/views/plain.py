"""Pages about the archive itself: its method, help, the choice of colours, and the page for unknown addresses."""

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_http_methods

from articles.models import Actor, Event
from articles.site.appearance import COOKIE, THEMES, YEAR, theme_of
from articles.site.examples import examples
from articles.site.pages import reader_page

# The actors and the events from which the examples of the help are made. A judgement: one or two suit each example.
MOST_EXAMPLES = 4


@reader_page
def about(request: HttpRequest) -> HttpResponse:
    """Shows the page about the archive and its method."""
    return render(request, "site/about.html")


@reader_page
def help_page(request: HttpRequest) -> HttpResponse:
    """Shows the help, with example queries made from names in the archive."""
    actors, events = Actor.objects.most_named(), Event.objects.reported()
    return render(request, "site/help.html", {"examples": examples(actors[:MOST_EXAMPLES], events[:MOST_EXAMPLES])})


@require_http_methods(["GET", "HEAD", "POST"])
def appearance(request: HttpRequest) -> HttpResponse:
    """Lets a reader choose light colours, dark ones or those of the device. The choice is stored in a cookie."""
    back = request.POST.get("next") or request.GET.get("next", "")
    if not url_has_allowed_host_and_scheme(back, {request.get_host()}, require_https=request.is_secure()):
        back = reverse("home")
    if request.method == "POST" and (theme := request.POST.get("theme", "")) in THEMES:
        response = HttpResponseRedirect(back)
        response.set_cookie(COOKIE, theme, max_age=YEAR, samesite="Lax", secure=request.is_secure())
        return response
    context = {"colours": THEMES.items(), "chosen": theme_of(request), "next": back}
    return render(request, "site/appearance.html", context)


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Answers 404 for an unknown address."""
    return render(request, "404.html", status=404)
