"""Articles about the same things as one article: those that hold its most telling words."""

import json
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import replace

from django.core.cache import cache
from django.db.models import JSONField, QuerySet
from django.db.models.expressions import RawSQL

from articles.models import Article
from articles.models.tally import KEPT_FROM
from articles.search import vocabulary
from articles.search.candidates import Counts, with_some
from articles.search.compile import Concept
from articles.search.index import Scope
from articles.search.limit import give_up_after
from articles.search.matching import Lexeme
from articles.search.ranking import ranked

# The words of an article that are looked for, and the letters that one has at least.
TELLING_WORDS = 12
SHORTEST = 3
# So many that have the most telling words are ranked; the closest few are wanted.
CLOSELY_READ = 150
# The most frequent words of an article, of which the telling ones are picked.
MOST_READ = 60
DAY = 24 * 3600
# A page goes without related articles where a statement that looks for them takes so many milliseconds.
PATIENCE = 1_000

_FREQUENT = """(
    SELECT jsonb_object_agg(lexeme, times) FROM (
        SELECT lexeme, cardinality(positions) + (weights[1] = 'A')::integer AS times
        FROM unnest(articles_article.search_vector)
        WHERE length(lexeme) >= %s AND lexeme !~ '^[0-9]'
        ORDER BY times DESC, positions[1] LIMIT %s
    ) AS frequent
)"""


def with_frequent_lexemes(articles: QuerySet) -> QuerySet:
    """Articles with what `related` needs to know of one: its most frequent lexemes and how often each stands there."""
    return articles.annotate(frequent=RawSQL(_FREQUENT, [SHORTEST, MOST_READ], JSONField()))


def related(article: Article, most: int) -> list[Article]:
    """Up to `most` published articles that share most of the telling words of an article `with_frequent_lexemes`, closest first.

    Of a large archive the choice is kept for a day, as long as the article's own words are the same. Where looking takes too
    long there are none.
    """
    times = article.frequent or {}
    key = f"related:{article.pk}:{most}:{zlib.crc32(json.dumps(times, sort_keys=True).encode())}"
    ids = cache.get(key)
    if ids is None:
        ids = []
        with give_up_after(PATIENCE):
            known = vocabulary.known(times)
            ids = _closest(article, times, known, most)
            if known.totals.articles >= KEPT_FROM:
                cache.set(key, ids, DAY)
    stored = Article.objects.public().for_listing().in_bulk(ids)
    return [stored[pk] for pk in ids if pk in stored]


def _closest(article: Article, times: Mapping[str, int], known: vocabulary.Known, most: int) -> list[int]:
    telling = [Lexeme(lexeme) for lexeme in _telling(times, known)]
    if not telling:
        return []
    counts = Counts({lexeme: known.frequencies[lexeme.text] for lexeme in telling}, {}, known.variants, known.totals)
    concepts = [Concept(lexeme, ((lexeme.text,),)) for lexeme in telling]
    candidates = with_some(concepts, counts, Scope(Article.objects.public(), filtered=False))
    found = ranked(replace(candidates, ids=candidates.ids[:CLOSELY_READ]), concepts, counts)
    return [pk for pk, _ in found if pk != article.pk][:most]


def _telling(times: Mapping[str, int], known: vocabulary.Known) -> Sequence[str]:
    """The lexemes that stand often in the article and in few others; none that stands nowhere else."""
    weight = {
        lexeme: often * vocabulary.inverse_document_frequency(known.totals.articles, known.frequencies[lexeme])
        for lexeme, often in times.items()
        if known.frequencies[lexeme] > 1
    }
    return sorted(weight, key=lambda lexeme: (-weight[lexeme], lexeme))[:TELLING_WORDS]
