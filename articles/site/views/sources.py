"""Pages of sources: the list with each source's number of articles, and one source with its articles over time."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render

from articles.models import Article, Source, TallyKind, tally
from articles.search.facets import facets
from articles.site.charts.columns import columns, page_of
from articles.site.charts.shares import shares
from articles.site.pages import by_date, merged_away, numbered, reader_page


@reader_page
def source_list(request: HttpRequest) -> HttpResponse:
    """Shows the list of sources, those with the most articles first."""
    sources = Source.objects.public().with_article_counts().order_by("-published", "folded_name")
    page = numbered(request, sources, 60)
    context = {
        "page": page,
        "shares": shares({source: source.published for source in page}),
        "without": tally.counts(TallyKind.SOURCE).get(0, 0),
    }
    return render(request, "site/sources.html", context)


@reader_page
def source(request: HttpRequest, pk: int) -> HttpResponse:
    """Shows one source. Redirects from a merged source."""
    row = get_object_or_404(Source.objects.select_related("merged_into"), pk=pk)
    if redirection := merged_away(row):
        return redirection
    articles = Article.objects.public().filter(source=row)
    article_facets = facets(articles)
    context = {"source": row, "facets": article_facets, "chart": columns(article_facets.bars, page_of)}
    listed = by_date(request, articles, stored_tally=lambda: tally.kept(TallyKind.SOURCE, row.pk))
    return render(request, "site/source.html", context | listed)
