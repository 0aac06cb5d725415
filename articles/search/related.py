"""Finds articles related to an article: those that share its most telling words."""

import json
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import replace

from django.core.cache import cache
from django.db.models import JSONField
from django.db.models.expressions import RawSQL

from articles.models import Article
from articles.models.article import ArticleQuerySet
from articles.models.tally import KEPT_FROM
from articles.search import vocabulary
from articles.search.candidates import Counts, with_some
from articles.search.compile import Concept
from articles.search.index import SearchSpace
from articles.search.limit import give_up_after
from articles.search.matching import Lexeme
from articles.search.ranking import rank

# Related articles share some of the TELLING_WORDS most telling words of an article; a word has at least
# SHORTEST_TELLING_WORD letters. Measured on 2026-11-27: of the first four articles related to each of XQuAD's 240
# paragraphs, the values below find 0.529 in the paragraph's own page (four other paragraphs are). Telling words 4:
# 0.508, 8: 0.509, 16: 0.528, 24: 0.527, 40: 0.500 and twice the time. Shortest 1 or 2: 0.520, 4: 0.494, 5: 0.371.
TELLING_WORDS = 12
SHORTEST_TELLING_WORD = 3
# This many of the candidates are ranked. Fewer than usual suffice, because only the closest few are shown. The
# share is 0.527 with 10, and 0.529 with 40.
CLOSELY_READ = 150
# The telling words are picked from this many of the article's most frequent words. The share is 0.526 with
# 15, and 0.520 with 30, 120 or 300.
MOST_READ = 60
DAY = 24 * 3600  # in seconds
# A page shows no related articles where a statement takes longer than this, in milliseconds. A second is about the
# longest wait that does not break a reader's thought (Nielsen, Usability Engineering, 1993).
MOST_MILLISECONDS = 1_000

_FREQUENT = """(
    SELECT jsonb_object_agg(lexeme, times) FROM (
        SELECT lexeme, cardinality(positions) + (weights[1] = 'A')::integer AS times
        FROM unnest(articles_article.search_vector)
        WHERE length(lexeme) >= %s AND lexeme !~ '^[0-9]'
        ORDER BY times DESC, positions[1] LIMIT %s
    ) AS frequent
)"""


def with_frequent_lexemes(articles: ArticleQuerySet) -> ArticleQuerySet:
    """Returns `articles` annotated with `frequent`, the most frequent lexemes of each with their numbers."""
    frequent = RawSQL(_FREQUENT, [SHORTEST_TELLING_WORD, MOST_READ], JSONField())
    return articles.annotate(frequent=frequent)  # type: ignore[no-redef] # `Article` declares it.


def related(article: Article, most: int) -> list[Article]:
    """Returns up to `most` public articles that share the most telling words with `article`, closest first.

    The article has to come from `with_frequent_lexemes`. In a large archive (KEPT_FROM articles) the result is cached
    for a day and is valid while the article's own frequent words stay the same. Returns an empty list where the search
    takes too long.
    """
    times = article.frequent or {}
    key = f"related:{article.pk}:{most}:{zlib.crc32(json.dumps(times, sort_keys=True).encode())}"
    ids = cache.get(key)
    if ids is None:
        ids = []
        with give_up_after(MOST_MILLISECONDS):
            lexicon = vocabulary.lexicon_of(times)
            ids = _closest(article, times, lexicon, most)
            if lexicon.totals.articles >= KEPT_FROM:
                cache.set(key, ids, DAY)
    articles_by_id = Article.objects.public().for_listing().in_bulk(ids)
    return [articles_by_id[pk] for pk in ids if pk in articles_by_id]


def _closest(article: Article, times: Mapping[str, int], lexicon: vocabulary.Lexicon, most: int) -> list[int]:
    """Returns the ids of up to `most` other public articles that share telling words with `article`, closest first.

    `times` maps the article's frequent lexemes to their numbers.
    """
    telling = [Lexeme(lexeme) for lexeme in _telling(times, lexicon)]
    if not telling:
        return []
    counts = Counts(
        {lexeme: lexicon.frequencies[lexeme.text] for lexeme in telling}, {}, lexicon.variants, lexicon.totals
    )
    concepts = [Concept(lexeme, ((lexeme.text,),)) for lexeme in telling]
    candidates = with_some(concepts, counts, SearchSpace(Article.objects.public(), filtered=False))
    ranked_articles = rank(replace(candidates, ids=candidates.ids[:CLOSELY_READ]), concepts, counts)
    return [pk for pk, _ in ranked_articles if pk != article.pk][:most]


def _telling(times: Mapping[str, int], lexicon: vocabulary.Lexicon) -> Sequence[str]:
    """Returns the lexemes that are frequent in the article and rare in others; each stands in another article too."""
    weight = {
        lexeme: count * vocabulary.inverse_document_frequency(lexicon.totals.articles, lexicon.frequencies[lexeme])
        for lexeme, count in times.items()
        if lexicon.frequencies[lexeme] > 1
    }
    return sorted(weight, key=lambda lexeme: (-weight[lexeme], lexeme))[:TELLING_WORDS]
