"""Runs the rules on articles and stores their suggestions. Facts that an editor reviewed stay as they are.

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

# The number of texts in one task of a worker.
_BATCH = 50


def suggest(article: Article, authority: Authority) -> None:
    """Brings all suggestions for a stored `article` up to date with its text and the authority."""
    analysis = analyse(article.title, Reading(article.body), article.published, authority)
    suggest_all([Subject(article, analysis)], authority)


@dataclass(frozen=True)
class _Analysing(Job):
    """The job of a worker: analyses the title, body and publication date of an article.

    authority: the rows of the authority that the rules use.
    """

    authority: Authority

    def __call__(self, article: tuple[str, str, ArchiveDate]) -> Analysis:
        title, body, published = article
        return analyse(title, Reading(body), published, self.authority)


def suggest_within_budget(articles: Iterable[Article], authority: Authority) -> Iterator[tuple[Article, str]]:
    """Does for every article what `suggest` does, but analyses it in a worker process within a document's budget.

    Yields (article, reason) in order. The reason is empty, or says why the budget was exceeded; the article's
    suggestions are then unchanged. Each article is stored in its own transaction.
    """
    articles = iter(articles)
    with BoundedWorkers(_Analysing(authority), Budget.of_a_document()) as workers:
        while batch := list(islice(articles, _BATCH)):
            texts = [(article.title, article.body, article.published) for article in batch]
            analyses = next(workers.map([texts])).outcomes
            for article, analysis in zip(batch, analyses, strict=True):
                if isinstance(analysis, Exceeded):
                    logger.warning("article %s: %s; its suggestions are unchanged", article.pk, analysis.reason)
                    yield article, analysis.reason
                    continue
                with transaction.atomic():
                    suggest_all([Subject(article, analysis)], authority)
                yield article, ""


def suggest_all(subjects: Sequence[Subject], authority: Authority, store: Callable[[], None] = lambda: None) -> None:
    """Brings the suggestions of several articles up to date, in order, with few queries.

    `store` is called after the lookups. It inserts new articles, whose keys are already set, before the rows that refer
    to them.
    """
    newcomers = newcomers_of(subjects)
    catalogue = Catalogue(subjects, authority)
    reported = [reported_by(subject, catalogue) for subject in subjects]
    reprints = reprints_of(subjects)
    with_keys(catalogue.new)
    attach()
    store()
    catalogue.save()
    insert(report.coverage for report in reported if report.coverage)
    write_mentions(subjects, newcomers)
    touched_events: set[int] = set()
    new_figures: list[Figure] = []
    for subject, report in zip(subjects, reported, strict=True):
        touched_events |= write_figures(subject, report.event, new_figures)
    insert(new_figures)
    write_fingerprints(subjects)
    insert(reprints)
    Contradiction.objects.refresh(touched_events)
