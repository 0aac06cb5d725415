"""What readers find, in which order, with which filters, counts and suggestions beside it."""

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest

from articles.models import Actor, Alias, Article, Coverage, Event, Figure, Measure, Mention, Source, SynonymSet
from articles.search import matching, statistics
from articles.search.completion import MOST_SUGGESTED, suggestions
from articles.search.correction import _alike, _plainness
from articles.search.facets import MOST_TIME_BARS, MOST_VALUES, bars, facets, interval
from articles.search.filters import ActorFilter, ArticleFilter, EventFilter, FigureFilter
from articles.search.listing import Direction, ListPlace, capped_count, page_of
from articles.search.matching import (
    All,
    Close,
    Lexeme,
    Run,
    Without,
    at_least,
    at_most,
    lexemes_in,
    needs_positions,
    positions,
    run_of,
    terms,
    terms_of_parts,
)
from articles.search.related import related, with_frequent_lexemes
from articles.search.run import Wanted, search
from articles.search.vocabulary import inverse_document_frequency

MakeArticle = Callable[..., Article]
STATES = ("suggested", "confirmed", "rejected")


def titles(text: str, **options: Any) -> list[str]:
    return [hit.article.title for hit in search(text, **options).hits]


# The order of results


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("typed", "first", "second"),
    [
        # The same number of times in a shorter text
        ("زمرد", "زمرد " + "حشو " * 20, "زمرد " + "حشو " * 200),
        # More often in a text of the same length
        ("زمرد", "زمرد " * 4 + "حشو " * 50, "زمرد " + "حشو " * 53),
        # Side by side
        ("زمرد ياقوت", "زمرد ياقوت " + "حشو " * 30, "زمرد حشو ياقوت " + "حشو " * 29),
        ("زمرد ياقوت", "ياقوت زمرد " + "حشو " * 30, "زمرد حشو ياقوت " + "حشو " * 29),
        # Another form of the root counts, but less than the word itself
        ("معدن", "معدن معادن " + "حشو " * 30, "معدن حشو " + "حشو " * 30),
        ("معدن", "معدن معدن " + "حشو " * 30, "معدن معادن " + "حشو " * 30),
    ],
)
def test_which_of_two_texts_comes_first(make_article: MakeArticle, typed: str, first: str, second: str) -> None:
    for number in range(4):
        make_article(f"غيره {number}", "معادن معدن حشو كلام عام")
    for title, body in (("أول", first), ("ثان", second)):
        make_article(title, body)
    statistics.rebuild()
    assert [title for title in titles(typed) if title in {"أول", "ثان"}] == ["أول", "ثان"]
    # The same pair in the other order of storing: the newer one comes first only where nothing else differs.
    Article.objects.filter(title__in=["أول", "ثان"]).delete()
    for title, body in (("ثان", second), ("أول", first)):
        make_article(title, body)
    assert [title for title in titles(typed) if title in {"أول", "ثان"}] == ["أول", "ثان"]


def test_a_rare_word_tells_more_than_a_common_one_and_none_tells_less_than_nothing() -> None:
    weights = [inverse_document_frequency(100, frequency) for frequency in (1, 10, 50, 99, 100, 200)]
    assert weights == sorted(weights, reverse=True) and weights[-1] > 0
    assert round(inverse_document_frequency(100, 1), 3) == 4.21
    assert round(inverse_document_frequency(100, 100), 4) == 0.005


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("wanted", "number", "shown"), [(0, 1, 3), (1, 1, 3), (2, 2, 3), (3, 3, 1), (4, 3, 1), (-5, 1, 3)]
)
def test_a_page_number_beyond_the_pages_is_brought_within_them(
    make_article: MakeArticle, wanted: int, number: int, shown: int
) -> None:
    for place in range(7):
        make_article(f"صفحة {place}", "موضوع مشترك بنفسجي")
    page = search("بنفسجي", wanted=Wanted(number=wanted, size=3))
    assert (page.number, page.pages, len(page.hits), page.total) == (number, 3, shown, 7)
    ids_alone = search("بنفسجي", wanted=Wanted(number=wanted, size=3, ids_alone=True))
    assert (ids_alone.hits, len(ids_alone.ids)) == ((), 7)


# Whose names widen a search


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("fields", "is_widened"),
    [
        ({"state": "confirmed"}, True),
        ({"state": "suggested"}, True),
        ({"state": "rejected"}, False),
        ({"state": "confirmed", "merged": True}, False),
    ],
)
def test_only_names_of_actors_that_readers_may_see_widen_a_search(
    make_article: MakeArticle, fields: dict[str, Any], is_widened: bool
) -> None:
    actor = Actor.objects.create(name="هيئة الياقوت", kind="civil", state=fields["state"])
    Alias.objects.create(actor=actor, name="مجلس الزبرجد")
    # Readers may see a suggested actor that a public article names.
    Mention.objects.create(article=make_article("ذكر", "نص"), actor=actor, state="confirmed")
    if fields.get("merged"):
        Actor.objects.filter(pk=actor.pk).update(
            merged_into=Actor.objects.create(name="هيئة أخرى تماما", kind="civil", state="confirmed")
        )
    make_article("بالاسم الآخر", "اجتمع مجلس الزبرجد أمس")
    page = search("هيئة الياقوت")
    assert ([hit.article.title for hit in page.hits] == ["بالاسم الآخر"]) == is_widened
    assert ([other.actor for other in page.widened] == [actor.pk]) == is_widened


@pytest.mark.django_db
def test_the_longest_name_of_a_query_counts(make_article: MakeArticle) -> None:
    short = Actor.objects.create(name="هيئة الياقوت", kind="civil", state="confirmed")
    Alias.objects.create(actor=short, name="مجلس الزبرجد")
    long = Actor.objects.create(name="هيئة الياقوت العليا", kind="civil", state="confirmed")
    Alias.objects.create(actor=long, name="ديوان العقيق")
    SynonymSet.objects.create(words=["مرجان", "مرجانة"])
    assert [other.actor for other in search("هيئة الياقوت العليا مرجان").widened] == [long.pk, None]
    assert [other.actor for other in search("هيئة الياقوت مرجان").widened] == [short.pk, None]
    assert [other.actor for other in search("لهيئة الياقوت").widened] == [short.pk]
    assert [other.actor for other in search("هيئة زمرد الياقوت").widened] == []


# Facets


@pytest.mark.django_db
@pytest.mark.parametrize("state", STATES)
def test_facets_count_what_readers_may_see(make_article: MakeArticle, state: str) -> None:
    source = Source.objects.create(name="جريدة الزمرد")
    article = make_article("م", "نص", day=date(2024, 5, 1), source=source)
    actor = Actor.objects.create(name="هيئة الياقوت", kind="civil", state="confirmed")
    event = Event.objects.create(title="قمة الياقوت", kind="summit", state="confirmed")
    Mention.objects.create(article=article, actor=actor, state=state)
    Coverage.objects.create(article=article, event=event, state=state)
    counted = {facet.name: [(v.value, v.label, v.count) for v in facet.values] for facet in facets_of(article)}
    seen = state != "rejected"
    assert counted.get("actor") == ([(str(actor.pk), "هيئة الياقوت", 1)] if seen else None)
    assert counted.get("event") == ([(str(event.pk), "قمة الياقوت", 1)] if seen else None)
    assert counted.get("kind") == ([("summit", "قمة", 1)] if seen else None)
    assert counted["source"] == [(str(source.pk), "جريدة الزمرد", 1)]
    assert counted["published"] == [("2024", "2024", 1)]
    # The same of an actor or event that an editor rejected.
    Mention.objects.update(state="confirmed")
    Coverage.objects.update(state="confirmed")
    Actor.objects.filter(pk=actor.pk).update(state=state)
    Event.objects.filter(pk=event.pk).update(state=state)
    assert (
        ("actor" in {f.name for f in facets_of(article)}) == ("event" in {f.name for f in facets_of(article)}) == seen
    )


def facets_of(*articles: Article) -> tuple[Any, ...]:
    return facets(Article.objects.public(), [article.pk for article in articles]).facets


@pytest.mark.django_db
def test_facets_show_the_commonest_values_first_and_only_so_many(make_article: MakeArticle) -> None:
    articles = [make_article(f"م{number}", "نص") for number in range(3)]
    actors = [
        Actor.objects.create(name=f"هيئة {letter}", kind="civil", state="confirmed") for letter in "ابتثجحخدذرز"[: MOST_VALUES + 1]
    ]  # fmt: skip
    for actor in actors:
        Mention.objects.create(article=articles[0], actor=actor, state="confirmed")
    for article in articles[1:]:
        Mention.objects.create(article=article, actor=actors[-1], state="confirmed")
    (facet,) = (facet for facet in facets_of(*articles) if facet.name == "actor")
    assert len(facet.values) == MOST_VALUES
    assert [(value.label, value.count) for value in facet.values[:2]] == [(actors[-1].name, 3), (actors[0].name, 1)]
    assert facets(Article.objects.public(), []).facets == ()


@pytest.mark.parametrize(
    ("times", "expected"),
    [
        ({}, []),
        ({"2024-11": 2}, [("2024-11", 2)]),
        ({"2023-12": 1, "2024-02": 2}, [("2023-12", 1), ("2024-01", 0), ("2024-02", 2)]),
        ({"2023-12": 1, "2024": 2}, [("2023", 1), ("2024", 2)]),
        ({"2022-12": 1, "2024-02": 2}, [("2022", 1), ("2023", 0), ("2024", 2)]),
        ({"2024-01": 1, "2024-03": 2, "2024": 4}, [("2024", 7)]),
    ],
)
def test_bars_are_months_where_all_are_known_in_two_years(times: dict[str, int], expected: list[Any]) -> None:
    assert [(bar.value, bar.count) for bar in bars(times)] == expected
    assert all(bar.is_month == ("-" in bar.value) for bar in bars(times))


def test_of_many_years_the_latest_are_shown() -> None:
    shown = bars({"1950": 1, "2024": 2})
    assert (len(shown), shown[0].value, shown[-1].value) == (MOST_TIME_BARS, str(2024 - MOST_TIME_BARS + 1), "2024")
    assert shown[-1].first == date(2024, 1, 1)


@pytest.mark.parametrize(
    ("value", "period"),
    [
        ("2024", (date(2024, 1, 1), date(2024, 12, 31))),
        ("2024-02", (date(2024, 2, 1), date(2024, 2, 29))),
        ("2024-13", None),
        ("0000", None),
        ("٢٠٢٤", None),
        ("24", None),
        ("", None),
        ("2024-02-01", None),
    ],
)
def test_the_days_of_a_year_or_month(value: str, period: Any) -> None:
    assert interval(value) == period


# Filters


@pytest.mark.django_db
@pytest.mark.parametrize("state", STATES)
def test_filters_hold_what_stands(make_article: MakeArticle, state: str) -> None:
    source = Source.objects.create(name="جريدة الزمرد")
    article = make_article("م", "نص 5 دول", day=date(2024, 5, 1), source=source)
    other = make_article("غيره", "نص", day=date(2023, 5, 1))
    actor = Actor.objects.create(name="هيئة الياقوت", kind="civil", state="confirmed")
    event = Event.objects.create(title="قمة الياقوت", kind="summit", state="confirmed")
    Mention.objects.create(article=article, actor=actor, state=state)
    Coverage.objects.create(article=article, event=event, state=state)
    figure = Figure.objects.create(
        article=article, value=5, unit="دول", quote="5 دول", start=3, end=8, state="confirmed"
    )
    ours = Article.objects.public().filter(pk__in=[article.pk, other.pk])
    seen = [article] if state != "rejected" else []
    for chosen, expected in (
        ({"actor": actor.pk}, seen),
        ({"event": event.pk}, seen),
        ({"kind": "summit"}, seen),
        ({"kind": "conference"}, []),
        ({"source": source.pk}, [article]),
        ({"since": "2024-05-01"}, [article]),
        ({"since": "2024-05-02"}, []),
        ({"until": "2023-05-01"}, [other]),
        ({"until": "2023-04-30"}, []),
        ({"published": "2024"}, [article]),
        ({"published": "2024-05"}, [article]),
        ({"published": "2024-06"}, []),
    ):
        filters = ArticleFilter({name: str(value) for name, value in chosen.items()}, ours)
        assert list(filters.qs) == expected, chosen
        assert [condition.name for condition in filters.chosen] == list(chosen) and not filters.complaints
    figures = FigureFilter({"actor": str(actor.pk)}, Figure.objects.filter(pk=figure.pk))
    assert list(figures.qs) == ([figure] if seen else [])
    # A figure that an editor tied to another actor is not about this one.
    tied = Actor.objects.create(name="هيئة أخرى", kind="civil", state="confirmed")
    Figure.objects.filter(pk=figure.pk).update(actor=tied)
    assert not FigureFilter({"actor": str(actor.pk)}, Figure.objects.filter(pk=figure.pk)).qs
    assert list(FigureFilter({"actor": str(tied.pk)}, Figure.objects.filter(pk=figure.pk)).qs) == [figure]
    assert list(FigureFilter({"source": str(source.pk)}, Figure.objects.filter(pk=figure.pk)).qs) == [figure]


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("filter_set", "rows", "chosen"),
    [
        (ArticleFilter, Article, {"actor": "99999999"}),
        (ArticleFilter, Article, {"actor": "abc"}),
        (ArticleFilter, Article, {"kind": "nonsense"}),
        (ArticleFilter, Article, {"since": "البارحة"}),
        (ArticleFilter, Article, {"published": "2024-13"}),
        (FigureFilter, Figure, {"measure": "99999999"}),
        (EventFilter, Event, {"year": "سنة"}),
        (ActorFilter, Actor, {"kind": "nonsense"}),
    ],
)
def test_a_condition_that_cannot_be_understood_is_reported_and_ignored(
    filter_set: Any, rows: Any, chosen: dict[str, str]
) -> None:
    everything = rows.objects.all()
    with_it, without = filter_set(chosen, everything), filter_set({}, everything)
    assert set(with_it.qs) == set(without.qs) and len(with_it.qs)
    assert len(with_it.complaints) == 1 and with_it.chosen == [] and without.complaints == []


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("model", "filter_set", "fields"),
    [
        (Event, EventFilter, {"title": "قمة الياقوت", "kind": "summit"}),
        (Actor, ActorFilter, {"name": "هيئة الياقوت", "kind": "civil"}),
    ],
)
@pytest.mark.parametrize(("state", "listed", "with_unreviewed"), [("confirmed", 1, 1), ("suggested", 0, 1), ("rejected", 0, 0)])  # fmt: skip
def test_lists_leave_out_unreviewed_rows_unless_wanted(
    make_article: MakeArticle, model: Any, filter_set: Any, fields: dict[str, str], state: str, listed: int, with_unreviewed: int
) -> None:  # fmt: skip
    row = model.objects.create(state=state, **fields)
    article = make_article("م", "نص")
    if model is Event:
        Coverage.objects.create(article=article, event=row, state="confirmed")
    else:
        Mention.objects.create(article=article, actor=row, state="confirmed")
    rows = model.objects.filter(pk=row.pk)
    assert filter_set({}, rows).qs.count() == listed
    assert filter_set({"unreviewed": "on"}, rows).qs.count() == with_unreviewed
    assert filter_set({"unreviewed": "on", "kind": fields["kind"]}, rows).qs.count() == with_unreviewed
    assert filter_set({"unreviewed": "on", "kind": "report" if model is Event else "person"}, rows).qs.count() == 0


@pytest.mark.django_db
def test_a_figure_filter_by_measure_and_by_contradiction(seed: Any) -> None:
    measure = Measure.objects.filter(figures__isnull=False).order_by("id").first()
    assert measure is not None
    chosen = FigureFilter({"measure": str(measure.pk)}, Figure.objects.all()).qs
    assert set(chosen) == set(Figure.objects.filter(measure=measure)) and chosen
    assert FigureFilter({"conflicting": "on"}, Figure.objects.all()).qs.count() < Figure.objects.count()


# Corrections


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("held", "typed", "expected"),
    [
        (11, "الزمرذ", "الزمرد"),
        (9, "الزمرذ", ""),
        (11, "الزمرد", ""),
        (11, "زمهرير", ""),
        (11, "زمرذ*", ""),
        (11, "«الزمرذ»", "«الزمرد»"),
        (11, "حشو الزمرذ", "حشو الزمرد"),
    ],
)
def test_a_rare_word_is_corrected_to_a_like_word_ten_times_as_common(
    make_article: MakeArticle, held: int, typed: str, expected: str
) -> None:
    make_article("نادر", "الزمرذ هنا")
    for number in range(held):
        make_article(f"م{number}", "الزمرد في حشو")
    statistics.rebuild()
    assert search(typed).correction == expected


# Completions


@pytest.mark.django_db
def test_suggestions_are_five_of_a_kind_those_that_begin_so_first(make_article: MakeArticle) -> None:
    article = make_article("ذكر", "نص")

    def named(name: str, state: str = "confirmed") -> Actor:
        actor = Actor.objects.create(name=name, kind="civil", state=state)
        Mention.objects.create(article=article, actor=actor, state="confirmed")
        return actor

    for letter in "ابتثجحخ":
        named(f"هيئة {letter} زمردة")
        make_article(f"خبر زمردة {letter}", "نص")
    first = named("زمردة الأولى")
    named("زمردة المقترحة", "suggested")
    named("زمردة المرفوضة", "rejected")
    for title, state in (("قمة زمردة", "confirmed"), ("قمة زمردة المرفوضة", "rejected")):
        event = Event.objects.create(title=title, kind="summit", state=state)
        Coverage.objects.create(article=article, event=event, state="confirmed")
    make_article("غيره", "زمردة في النص وحده")
    make_article("زمردة مسحوبة", "نص", status="withdrawn")
    made = suggestions("زمرد")
    kinds = [suggestion.kind for suggestion in made]
    assert kinds == ["actor"] * MOST_SUGGESTED + ["event"] + ["article"] * MOST_SUGGESTED
    assert made[0].text == str(first) and made[0].address == first.get_absolute_url()
    assert [suggestion.text for suggestion in made if suggestion.kind == "article"] == [
        f"خبر زمردة {letter}" for letter in "خحجثت"
    ]
    assert [suggestion.text for suggestion in suggestions("زمردة ج") if suggestion.kind == "article"] == ["خبر زمردة ج"]
    assert suggestions("ز") == [] and suggestions("زم")


# Related articles


@pytest.mark.django_db
def test_related_articles_are_public_and_share_words_that_others_lack(make_article: MakeArticle) -> None:
    article = make_article("أصل", "زمرد ياقوت مرجان عقيق كلام")
    near = make_article("قريب", "زمرد ياقوت مرجان")
    far = make_article("بعيد", "زمرد " + "حشو " * 50)
    make_article("مسودة", "زمرد ياقوت مرجان عقيق", status="draft")
    make_article("غريب", "نص لا صلة له")
    beside = with_frequent_lexemes(Article.objects.all()).get(pk=article.pk)
    assert related(beside, 5)[:2] == [near, far]
    assert related(with_frequent_lexemes(Article.objects.all()).get(pk=article.pk), 1) == [near]
    assert "مسودة" not in [row.title for row in related(beside, 50)] and article not in related(beside, 50)
    alone = make_article("قرنفلة", "قرنفلة")
    assert related(with_frequent_lexemes(Article.objects.all()).get(pk=alone.pk), 5) == []


# Matches

A, B, C = Lexeme("ا"), Lexeme("ب"), Lexeme("ج")
COUNTS = {A: 10, B: 20, C: 95}


@pytest.mark.parametrize(
    ("match", "for_index", "for_vector", "least", "most"),
    [
        (A, "'ا'", "'ا'", 10, 10),
        (Lexeme("غ"), "'غ'", "'غ'", 0, 0),
        (Lexeme("ا", prefix=True), "'ا':*", "'ا':*", 0, 0),
        (Lexeme("ا", in_title=True), "'@ا'", "'ا':A", 0, 0),
        (Run((A, B)), "('ا') & ('ب')", "('ا') <-> ('ب')", 0, 10),
        (Run((A, A)), "'ا'", "('ا') <-> ('ا')", 0, 10),
        (All((A, B)), "('ا') & ('ب')", "('ا') & ('ب')", 0, 10),
        (All((A, C)), "('ا') & ('ج')", "('ا') & ('ج')", 5, 10),
        (matching.Any((A, B)), "('ا') | ('ب')", "('ا') | ('ب')", 20, 30),
        (matching.Any((B, C)), "('ب') | ('ج')", "('ب') | ('ج')", 95, 100),
        (Without(A), "!('ا')", "!('ا')", 90, 100),
        (Without(Run((A, B))), "", "!(('ا') <-> ('ب'))", 90, 100),
        (All((A, Without(B))), "('ا') & (!('ب'))", "('ا') & (!('ب'))", 0, 10),
        (matching.Any((A, Without(Run((A, B))))), "", "('ا') | (!(('ا') <-> ('ب')))", 90, 100),
        (Close(A, B, 1), "('ا') & ('ب')", "(('ا') <1> ('ب')) | (('ب') <1> ('ا'))", 0, 10),
    ],
)
def test_a_match_as_tsqueries_and_its_bounds(
    match: Any, for_index: str, for_vector: str, least: int, most: int
) -> None:
    assert (terms(match), positions(match)) == (for_index, for_vector)
    assert (at_least(match, COUNTS, 100), at_most(match, COUNTS, 100)) == (least, most)


@pytest.mark.parametrize(
    ("match", "exact_only", "lexemes"),
    [
        (A, False, [A]),
        (Run((A, B)), True, [A, B]),
        (Close(A, Run((B, C)), 2), True, [A, B, C]),
        (All((A, Without(B))), False, [A]),
        (All((A, Without(Run((A, B))))), True, [A]),
        (matching.Any((A, Close(B, C, 1))), True, [A, B, C]),
    ],
)
def test_what_only_positions_decide(match: Any, exact_only: bool, lexemes: list[Lexeme]) -> None:
    assert needs_positions(match) == exact_only and list(lexemes_in(match)) == lexemes


def test_parts_of_a_conjunction_are_met_separately_but_exclusions_with_the_first() -> None:
    assert terms_of_parts(All((A, All((B, C))))) == ("'ا'", "'ب'", "'ج'")
    assert terms_of_parts(All((A, Without(C), B, A))) == ("('ا') & (!('ج'))", "'ب'")
    assert terms_of_parts(A) == ("'ا'",)
    assert run_of(("ا", "ب"), prefix=True) == Run((A, Lexeme("ب", prefix=True)))
    assert (run_of(()), run_of(("ا",), in_title=True)) == (None, Lexeme("ا", in_title=True))


# Lists by date


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("2024-11-06.123", ListPlace(date(2024, 11, 6), 123)),
        ("2024-11-06.0", ListPlace(date(2024, 11, 6), 0)),
        (f"2024-11-06.{'9' * 18}", ListPlace(date(2024, 11, 6), 10**18 - 1)),
        (f"2024-11-06.{'9' * 19}", None),
        ("2024-11-06.", None),
        ("2024-11-06.-1", None),
        ("2024-11-06.١٢", None),
        ("2024-11-06.²", None),
        ("2024-11-06.1a", None),
        ("2024-11-31.1", None),
        ("nonsense", None),
        ("", None),
    ],
)
def test_a_place_in_a_list_as_an_address_states_it(text: str, place: ListPlace | None) -> None:
    assert ListPlace.read(text) == place
    assert place is None or str(place) == text


AFTER, BEFORE = "2024-11-06.5", "2024-11-07.6"


@pytest.mark.parametrize(
    ("after", "before", "place", "back"),
    [
        ("", "", None, False),
        (AFTER, "", AFTER, False),
        ("", BEFORE, BEFORE, True),
        # The place after which a page begins takes precedence, unless it is none.
        (AFTER, BEFORE, AFTER, False),
        ("nonsense", BEFORE, BEFORE, True),
        (AFTER, "nonsense", AFTER, False),
        ("", "nonsense", None, False),
    ],
)
def test_the_direction_of_a_page(after: str, before: str, place: str | None, back: bool) -> None:
    for oldest in (False, True):
        direction = Direction.of(oldest=oldest, after=after, before=before)
        assert (str(direction.place) if direction.place else None, direction.back) == (place, back)
        # Newest first, a page before a place is read from older to newer.
        assert direction.rising == (oldest != back)


@pytest.mark.parametrize(
    ("rows", "direction", "listed", "before", "after"),
    [
        ([], Direction(), [], "", ""),
        ([], Direction(place=ListPlace.read(AFTER)), [], "", ""),
        ([3, 2], Direction(), [3, 2], "", ""),
        ([3, 2, 1], Direction(), [3, 2], "", "2024-11-02.2"),
        ([3, 2], Direction(place=ListPlace.read(AFTER)), [3, 2], "2024-11-03.3", ""),
        ([3, 2, 1], Direction(place=ListPlace.read(AFTER)), [3, 2], "2024-11-03.3", "2024-11-02.2"),
        # A page before a place is read backwards, and the next page always follows it.
        ([4, 5], Direction(place=ListPlace.read(AFTER), back=True), [5, 4], "", "2024-11-04.4"),
        ([4, 5, 6], Direction(place=ListPlace.read(AFTER), back=True), [5, 4], "2024-11-05.5", "2024-11-04.4"),
        ([4], Direction(place=ListPlace.read(AFTER), back=True), [4], "", "2024-11-04.4"),
    ],
)
def test_a_page_of_a_list_and_its_neighbours(
    rows: list[int], direction: Direction, listed: list[int], before: str, after: str
) -> None:
    articles = [Article(pk=pk, published_order=date(2024, 11, pk)) for pk in rows]
    page = page_of(articles, direction, 2)
    assert ([article.pk for article in page.articles], page.before, page.after) == (listed, before, after)


@pytest.mark.django_db
def test_a_list_is_counted_to_a_bound(make_article: MakeArticle) -> None:
    made = [make_article(f"م{number}", "نص") for number in range(4)]
    rows = Article.objects.filter(pk__in=[article.pk for article in made])
    assert [capped_count(rows, most) for most in (3, 4, 5)] == [(3, True), (4, False), (4, False)]


@pytest.mark.parametrize(
    ("times", "expected"),
    [
        ({"2023-01": 1, "2024-12": 1}, 24),
        ({"2022-12": 1, "2024-01": 1}, 3),
        ({"2024-12": 1, "2024-02": 2, "2024-10": 3}, 11),
        ({"1985": 1, "2024": 1}, 40),
        ({"1984": 1, "2024": 1}, 40),
        ({"1986": 1, "2024": 1}, 39),
    ],
)
def test_how_many_bars_a_chart_has(times: dict[str, int], expected: int) -> None:
    shown = bars(times)
    assert len(shown) == expected and max(times).startswith(shown[-1].value)
    assert [bar.first for bar in shown] == sorted({bar.first for bar in shown})
    assert all(bar.first.day == 1 and str(bar.first).startswith(bar.value) for bar in shown)


# How alike two words are


@pytest.mark.parametrize(
    ("first", "second", "alike"),
    [
        ("زمرد", "زمرد", 1.0),
        # Letters that differ only in their dots count half.
        ("زمرد", "رمرد", (0.75 + 1.0) / 2),
        ("زمرد", "زمرك", 0.75),
        ("زمرد", "عقيق", 0.0),
        ("زمرد", "زمردة", 8 / 9),
    ],
)
def test_how_alike_two_words_are(first: str, second: str, alike: float) -> None:
    assert _alike(first, second) == pytest.approx(alike) == _alike(second, first)


def test_the_plainest_spelling_of_a_word_is_short_and_has_its_article() -> None:
    assert sorted(["والزمرد", "الزمرد", "بزمرد", "زمرد", "لزمرد", "الزمن ", "زمرده"], key=_plainness) == [
        "زمرد", "بزمرد", "زمرده", "لزمرد", "الزمرد", "الزمن ", "والزمرد",
    ]  # fmt: skip
    assert min(["بزمرد", "الزمن"], key=_plainness) == "الزمن"
