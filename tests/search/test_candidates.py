"""Which articles a search ranks: what the index is asked, from which words on it is asked less, and in which order."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from typing import Any

import pytest
from django.db import connection

from articles.models import Article
from articles.search import candidates as candidates_module
from articles.search import index, matching
from articles.search.candidates import (
    GAINS,
    Candidates,
    Counts,
    with_all,
    with_rare_phrase,
    with_some,
)
from articles.search.compile import Concept
from articles.search.index import SearchSpace
from articles.search.matching import All, Close, Dense, Lexeme, Run, Without
from articles.search.vocabulary import Alike, Totals, inverse_document_frequency

# Of 100,000 articles, «زبرجد» stands in 10, «قرنفل» in 1,000, «سندس» in 50,000 and «صنوبر» in 60,000.
RARE, FEWER, COMMON, GENERAL = (Lexeme(text) for text in ("زبرجد", "قرنفل", "سندس", "صنوبر"))
PREFIX = Lexeme("سن", prefix=True)
TOTAL = 100_000
COUNTS = Counts(
    {RARE: 10, FEWER: 1_000, COMMON: 50_000, GENERAL: 60_000, PREFIX: 70_000, Lexeme("غا", prefix=True): 0},
    {"سن": Alike(("سندس", "سنبل"), 70_000)},
    {},
    Totals(TOTAL, 250.0),
)


# What a look asks for


@pytest.mark.parametrize(
    ("match", "idf_of"),
    [
        (RARE, 10),
        (COMMON, 50_000),
        # A name counts as its commonest alternative does, a phrase as its rarest word.
        (matching.Any((RARE, FEWER)), 1_000),
        (Run((RARE, FEWER)), 10),
        (All((FEWER, COMMON)), 1_000),
        (Lexeme("مجهول"), 0),
    ],
)
def test_the_weight_of_a_match(match: Any, idf_of: int) -> None:
    assert COUNTS.idf(match) == inverse_document_frequency(TOTAL, idf_of)


@pytest.mark.parametrize(
    ("match", "level", "dense"),
    [
        (COMMON, 4, Dense("سندس", 4)),
        (COMMON, 40, Dense("سندس", 40)),
        # Below level 4, in titles and for prefixes without lexemes, a level asks for nothing more than the word.
        (COMMON, 3, COMMON),
        (COMMON, 0, COMMON),
        (Lexeme("سندس", in_title=True), 20, Lexeme("سندس", in_title=True)),
        (PREFIX, 20, matching.Any((Dense("سندس", 20), Dense("سنبل", 20)))),
        (PREFIX, 0, PREFIX),
        (Without(COMMON), 20, Without(COMMON)),
        # Of a phrase, only the rarest word has to be dense.
        (Run((COMMON, RARE, GENERAL)), 20, All((Dense("زبرجد", 20), COMMON, GENERAL))),
        (Close(COMMON, RARE, 3), 20, All((Dense("زبرجد", 20), COMMON))),
        (Run((COMMON, COMMON)), 20, All((Dense("سندس", 20), COMMON))),
        (matching.Any((COMMON, RARE)), 20, matching.Any((Dense("سندس", 20), Dense("زبرجد", 20)))),
        # Of a conjunction, a part's level is in proportion to its weight, and the rarest part comes first.
        (All((COMMON, RARE)), 20, All((Dense("زبرجد", 20), COMMON))),
        (All((FEWER, RARE)), 20, All((Dense("زبرجد", 20), Dense("قرنفل", 10)))),
        (All((RARE, FEWER)), 40, All((Dense("زبرجد", 40), Dense("قرنفل", 20)))),
    ],
)
def test_what_is_asked_of_an_article_at_a_density_level(match: Any, level: int, dense: Any) -> None:
    assert COUNTS.dense(match, level) == dense


def test_the_queries_of_all_levels() -> None:
    levels = COUNTS.reaching(COMMON)
    assert len(levels) == 41
    assert levels[0] == COUNTS.holding(COMMON) == ("'سندس'",)
    # Levels below the fourth are never tried.
    assert levels[1:4] == (None, None, None) and None not in levels[4:]
    assert levels[40] == (matching.terms(Dense("سندس", 40)),)
    assert COUNTS.holding(All((COMMON, RARE, Without(FEWER)))) == ("('زبرجد') & (!('قرنفل'))", "'سندس'")


def test_the_queries_for_articles_that_are_dense_in_one_part_alone() -> None:
    assert COUNTS.reaching_in_part(COMMON) is None and COUNTS.reaching_in_part(Run((COMMON, RARE))) is None
    levels = COUNTS.reaching_in_part(All((COMMON, GENERAL, Without(RARE))))
    assert levels is not None and len(levels) == 41
    assert levels[0] == COUNTS.holding(All((COMMON, GENERAL, Without(RARE))))
    assert levels[1:4] == (None, None, None)
    # One of the required words is dense, and all of them are there. What is excluded stays excluded.
    one_is_dense = matching.terms(matching.Any((Dense("سندس", 30), Dense("صنوبر", 30))))
    assert set(levels[30] or ()) == {f"({one_is_dense}) & (!('زبرجد'))", "'سندس'", "'صنوبر'"}


# Which articles become candidates


def test_candidates_beside_full_matches() -> None:
    some = Candidates((1, 2), (1, 2, 3), "م", complete=False, at_least=7)
    beside = some.beside([9, 2])
    assert (beside.ids, beside.ids_read) == ((9, 2, 1), (9, 2, 1, 3))
    assert (beside.must, beside.complete, beside.at_least) == ("م", False, 7)
    assert [candidates.are_the_matches for candidates in (some, Candidates(), Candidates(must="م"), Candidates(complete=False))] == [
        False, True, False, False,
    ]  # fmt: skip
    assert Candidates.every([3, 1], "م") == Candidates((3, 1), (3, 1), "م", complete=True, at_least=0)


# The articles below are few; the statistics above say that there are many.


@pytest.fixture
def articles(make_article: Callable[..., Article]) -> dict[str, Article]:
    bodies = {
        "dense": "سندس سندس سندس",
        "neighbours": "زبرجد سندس",
        "apart": "زبرجد من سندس",
        "other": "قرنفل سندس صنوبر",
        "rare": "زبرجد",
    }
    return {title: make_article(title, body) for title, body in bodies.items()}


@dataclass
class Asked:
    """The statements of a block: the database function that each look calls, with its parameters; and the plans."""

    looks: list[tuple[str, tuple[Any, ...]]] = field(default_factory=list)
    plans: list[str] = field(default_factory=list)

    def __call__(self, execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        if sql.startswith("EXPLAIN"):
            self.plans.append(sql)
        if called := re.findall(r"FROM (archive_holding|archive_densest\w*)", sql):
            self.looks.append((called[0], tuple(params)))
        return execute(sql, params, many, context)


@pytest.fixture
def asked(db: None) -> Iterator[Asked]:
    recorded = Asked()
    with connection.execute_wrapper(recorded):
        yield recorded


def within(*titles: str) -> SearchSpace:
    return SearchSpace(Article.objects.searchable().filter(title__in=titles), filtered=True)


def everything() -> SearchSpace:
    return SearchSpace(Article.objects.public().searchable(), filtered=False)


def titles(candidates: Candidates) -> list[str]:
    by_id = dict(Article.objects.values_list("pk", "title"))
    return [by_id[pk] for pk in candidates.ids]


@pytest.mark.parametrize(
    ("match", "most_found", "looks", "found", "complete"),
    [
        # Up to 800 expected matches are all read, whether or not positions decide.
        (RARE, 800, ["archive_holding"], {"neighbours", "apart", "rare"}, True),
        (Run((RARE, COMMON)), 800, ["archive_holding"], {"neighbours", "apart"}, True),
        (Lexeme("مجهول"), 800, ["archive_holding"], set(), True),
        # Where the statistics were wrong, the densest are read after all.
        (RARE, 10, ["archive_holding"], {"neighbours", "apart", "rare"}, True),
        (RARE, 9, ["archive_densest"], {"neighbours", "apart", "rare"}, True),
        (FEWER, 800, ["archive_densest"], {"other"}, True),
        # The last three hold the word once. Which two of them join the densest depends on the order of the table.
        (COMMON, 2, ["archive_densest"], {"dense", "neighbours", "apart", "other"}, False),
    ],
)
def test_few_matches_are_all_candidates_else_the_densest(
    articles: dict[str, Article], asked: Asked, monkeypatch: pytest.MonkeyPatch, match: Any, most_found: int,
    looks: list[str], found: set[str], complete: bool,
) -> None:  # fmt: skip
    monkeypatch.setattr(candidates_module, "MOST_FOUND", most_found)
    monkeypatch.setattr(candidates_module, "MOST_RANKED", max(3, most_found))
    candidates = with_all(match, COUNTS, everything())
    assert [name for name, _ in asked.looks] == looks
    chosen = titles(candidates)
    if complete:
        assert set(chosen) == found
    else:
        assert chosen[0] == "dense" and len(chosen) == 3 and set(chosen) < found
    assert candidates.ids == candidates.ids_read
    assert candidates.complete == complete
    assert candidates.at_least == (0 if complete else COUNTS.lexemes[match])
    assert candidates.must == ("('زبرجد') <-> ('سندس')" if isinstance(match, Run) else "")


def test_matches_that_the_statistics_do_not_expect_are_found_by_density(
    articles: dict[str, Article], asked: Asked, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("MOST_FOUND", "MOST_RANKED"):
        monkeypatch.setattr(candidates_module, name, 2)
    counts = replace(COUNTS, lexemes={COMMON: 2})
    candidates = with_all(COMMON, counts, everything())
    assert [name for name, _ in asked.looks] == ["archive_holding", "archive_densest"]
    assert titles(candidates)[0] == "dense" and not candidates.complete


def test_how_many_articles_a_look_reads(asked: Asked) -> None:
    """800 are counted, 400 ranked, and 400 checked for a phrase at first; up to 800 are read whatever their density."""
    with_all(RARE, COUNTS, everything())
    assert asked.looks[-1][1][0] == 801
    with_all(COMMON, COUNTS, everything())
    assert asked.looks[-1][1][1:] == (28, 4, 400, 800, None)
    with_all(Run((COMMON, GENERAL)), COUNTS, everything())
    assert asked.looks[-1][1][1:] == (28, 4, 400, 800, None)
    with_all(All((COMMON, GENERAL)), COUNTS, everything())
    assert asked.looks[-1][1][1:5] == (28, 4, 400, 800) and asked.looks[-1][1][5]
    with_rare_phrase(Run((COMMON, GENERAL)), COUNTS, everything())
    name, (must, enough, levels, *bounds) = asked.looks[-1]
    assert (name, must, enough) == ("archive_densest_meeting", "('سندس') <-> ('صنوبر')", 20)
    assert len(levels) == 41 and bounds == [28, 4, [3_000, 10_000], 800]


def test_a_phrase_is_looked_for_among_the_densest(articles: dict[str, Article]) -> None:
    candidates = with_rare_phrase(Run((RARE, COMMON)), COUNTS, everything())
    assert titles(candidates) == ["neighbours"] and candidates.complete


@pytest.mark.parametrize(
    ("match", "expected", "is_planned"),
    [
        (COMMON, 400_000, True),
        (COMMON, 400_001, False),
        (All((COMMON, GENERAL)), 400_000, True),
        (Run((COMMON, GENERAL)), 400_000, True),
        # Merging the lists of a prefix, or taking one list from another, is six times the work.
        (PREFIX, 66_666, True),
        (PREFIX, 66_667, False),
        (All((COMMON, Without(FEWER))), 66_666, True),
        (All((COMMON, Without(FEWER))), 66_667, False),
    ],
)
def test_a_filter_is_intersected_with_so_many_index_entries(
    articles: dict[str, Article], asked: Asked, match: Any, expected: int, is_planned: bool
) -> None:
    counts = Counts(dict.fromkeys((COMMON, GENERAL, FEWER, PREFIX), expected), {}, {}, Totals(10**6, 250.0))
    candidates = with_all(match, counts, within("dense", "other"))
    assert any("archive_terms" in plan for plan in asked.plans) == is_planned
    # PostgreSQL does not expect that to pay for so small a table: the narrow filter is searched whole.
    assert set(titles(candidates)) == {"dense", "other"} and candidates.complete
    assert candidates.must == matching.positions(match) and not asked.looks


def test_a_filter_of_many_articles_is_held_against_the_densest(
    articles: dict[str, Article], asked: Asked, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(index, "MOST_FILTERED", 2)
    candidates = with_all(COMMON, COUNTS, within("other", "apart", "rare"))
    assert asked.looks[0][1][1:5] == (28, 4, 2_000, 800)
    # First those that hold the word, then others of the filter.
    assert set(titles(candidates)[:2]) == {"other", "apart"} and titles(candidates)[2:] == ["rare"]
    assert (candidates.complete, candidates.must, candidates.at_least) == (False, "'سندس'", 0)


def test_some_of_the_words_are_looked_for_rarest_first_within_a_bound(
    articles: dict[str, Article], asked: Asked
) -> None:
    concepts = [Concept(match, ()) for match in (GENERAL, COMMON, RARE, FEWER)]
    look = weighted_look(concepts, COUNTS)
    levels = [(word, level) for word in (RARE, FEWER) for level in GAINS]
    # Index entries of «زبرجد» and «قرنفل» are within the bound of 12,000; those of the other two drive the densest.
    assert look[:3] == (
        [matching.terms(COUNTS.dense(word, level)) for word, level in levels],
        [pytest.approx(COUNTS.idf(word) * GAINS[level]) for word, level in levels],
        [410] * 5 + [1_400] * 5,
    )
    assert look[3:5] == (400, 400)
    candidates = with_some(concepts, COUNTS, everything())
    assert titles(candidates)[0] == "rare" and set(titles(candidates)) == set(articles)
    assert not candidates.complete
    filtered = SearchSpace(Article.objects.searchable().filter(title="rare"), filtered=True)
    assert with_some(concepts, COUNTS, filtered) == Candidates.every([articles["rare"].pk])


def weighted_look(concepts: list[Concept], counts: Counts, search_space: SearchSpace | None = None) -> tuple[Any, ...]:
    """The parameters of the statement that looks for articles with some of the concepts."""
    statements: list[tuple[str, Any]] = []

    def record(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        statements.append((sql, params))
        return execute(sql, params, many, context)

    with connection.execute_wrapper(record):
        with_some(concepts, counts, search_space or everything())
    (params,) = [tuple(params) for sql, params in statements if "weightiest" in sql]
    return params


@pytest.mark.django_db
def test_words_are_read_up_to_twelve_thousand_entries(monkeypatch: pytest.MonkeyPatch) -> None:
    counts = Counts({RARE: 11_000, FEWER: 1_000, COMMON: 1_001}, {}, {}, Totals(TOTAL, 250.0))
    for words, queries in (((RARE, FEWER), 10), ((RARE, COMMON), 5), ((FEWER, COMMON), 10)):
        assert len(weighted_look([Concept(word, ()) for word in words], counts)[0]) == queries
    # Of the words that are too common, the two rarest drive the look for the densest.
    common = [Lexeme(text) for text in ("سندس", "صنوبر", "ياسمين")]
    counts = Counts(dict(zip(common, (30_000, 20_000, 40_000), strict=True)), {}, {}, Totals(TOTAL, 250.0))
    params = weighted_look([Concept(word, ()) for word in common], counts)
    driving = [params[5 + 4 * place][0] for place in range((len(params) - 5) // 4)]
    assert params[0] == [] and driving == ["'صنوبر'", "'سندس'"]
    # A filter that lets in many articles is held against 2,000 of them.
    monkeypatch.setattr(index, "MOST_FILTERED", 1)
    many = SearchSpace(Article.objects.searchable(), filtered=True)
    assert weighted_look([Concept(RARE, ())], counts, many)[3:5] == (2_000, 2_000)


@pytest.mark.parametrize(("most", "complete"), [(4, True), (3, False)])
def test_when_all_articles_with_some_of_the_words_are_here(
    articles: dict[str, Article], monkeypatch: pytest.MonkeyPatch, most: int, complete: bool
) -> None:
    monkeypatch.setattr(candidates_module, "MOST_RANKED", most)
    candidates = with_some([Concept(RARE, ())], COUNTS, everything())
    assert (len(candidates.ids), candidates.complete) == (3, complete)


def test_the_gains_of_the_levels_are_those_of_bm25() -> None:
    """A level's gain is what its saturation adds to that of the level before; the lowest stands for one occurrence."""
    assert GAINS == {0: 0.45, 8: 0.15, 12: 0.15, 16: 0.1, 20: 0.05}
