"""Writes what the rules suggest for stored articles; what an editor reviewed is never touched.

Called by ingest inside the articles' own transaction, by `manage.py extract`, and by the admin when a text changes.
"""

import logging
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice

from django.db import transaction

from articles.arabic.reading import Reading
from articles.extract.analysis import Analysis, analyse
from articles.extract.authority import Authority
from articles.extract.coverage import Catalogue, reported_by
from articles.extract.measuring import write_figures
from articles.extract.mentions import newcomers_of, write_mentions
from articles.extract.reprints import reprints_of, write_fingerprints
from articles.extract.subject import Subject
from articles.models import (
    ArchiveDate,
    Article,
    Contradiction,
    Figure,
)
from articles.models.history import attach
from articles.models.inserting import insert, with_keys
from articles.platform.limits import BoundedWorkers, Budget, Exceeded, Job

logger = logging.getLogger(__name__)

# How many texts a worker is given at once.
_BATCH = 50


def suggest(article: Article, authority: Authority) -> None:
    """Brings all suggestions for `article` up to date with its text and the authority."""
    analysis = analyse(article.title, Reading(article.body), article.published, authority)
    suggest_all([Subject(article, analysis)], authority)


@dataclass(frozen=True)
class _Analysing(Job):
    """What a worker does with an article's title, body and date of publication."""

    authority: Authority

    def __call__(self, article: tuple[str, str, ArchiveDate]) -> Analysis:
        title, body, published = article
        return analyse(title, Reading(body), published, self.authority)


def suggest_within_budget(articles: Iterable[Article], authority: Authority) -> Iterator[tuple[Article, str]]:
    """Does what `suggest` does for every article, the text read by another process within a document's budget.

    Yields each article, in order, with an empty string, or with the reason why its suggestions were left as they were.
    """
    articles = iter(articles)
    with BoundedWorkers(_Analysing(authority), Budget.of_a_document()) as workers:
        while batch := list(islice(articles, _BATCH)):
            texts = [(article.title, article.body, article.published) for article in batch]
            analyses = next(workers.map([texts])).outcomes
            for article, analysis in zip(batch, analyses, strict=True):
                if isinstance(analysis, Exceeded):
                    logger.warning("article %s: %s; its suggestions are as they were", article.pk, analysis.reason)
                    yield article, analysis.reason
                    continue
                with transaction.atomic():
                    suggest_all([Subject(article, analysis)], authority)
                yield article, ""


def suggest_all(subjects: Sequence[Subject], authority: Authority, store: Callable[[], None] = lambda: None) -> None:
    """The same for several articles, in order, with as few questions to the database as can be.

    `store` is called once all that is known has been asked: it stores new articles, whose keys are given already, before the
    rows that hang on them.
    """
    newcomers = newcomers_of(subjects)
    catalogue = Catalogue(subjects, authority)
    reported = [reported_by(subject, catalogue) for subject in subjects]
    reprints = reprints_of(subjects)
    with_keys(catalogue.new)
    attach()
    store()
    catalogue.save()
    insert(one.coverage for one in reported if one.coverage)
    write_mentions(subjects, newcomers)
    touched: set[int] = set()
    new_figures: list[Figure] = []
    for subject, one in zip(subjects, reported, strict=True):
        touched |= write_figures(subject, one.event, new_figures)
    insert(new_figures)
    write_fingerprints(subjects)
    insert(reprints)
    Contradiction.objects.refresh(touched)
