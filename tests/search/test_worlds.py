"""One archive and many questions: what pages of results, suggestions, facets and statistics say at their bounds."""

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from django.db import connection

from articles.arabic.words import fold_phrase
from articles.models import Actor, Alias, Article, Mention, SynonymSet
from articles.search import candidates, completion, run, statistics, vocabulary
from articles.search.bulk import without_index
from articles.search.candidates import Candidates
from articles.search.completion import suggestions
from articles.search.related import _telling, related, with_frequent_lexemes
from articles.search.run import Order, Wanted, _total, search
from articles.search.vocabulary import Alike, Lexicon, Totals

MakeArticle = Callable[..., Article]


@pytest.mark.parametrize(
    ("fields", "ranked", "total"),
    [
        # Complete: all that were read match, unless positions decide or only some were ranked.
        ({"ids": (1, 2, 3), "ids_read": (1, 2, 3)}, 3, 3),
        ({"ids": (1, 2), "ids_read": (1, 2, 3)}, 2, 3),
        ({"ids": (1, 2, 3), "ids_read": (1, 2, 3)}, 2, 2),
        ({"ids": (1, 2), "ids_read": (1, 2, 3), "must": "م"}, 1, 1),
        # Incomplete: an estimate from below, of which two digits are kept.
        ({"complete": False, "at_least": 12_345}, 5, 12_000),
        ({"complete": False, "at_least": 999}, 5, 990),
        ({"complete": False, "at_least": 99}, 5, 99),
        ({"complete": False, "at_least": 7}, 5, 7),
        ({"complete": False, "at_least": 0}, 5, 5),
        ({"complete": False, "at_least": 12_345}, 12_001, 12_001),
    ],
)
def test_the_number_of_matches(fields: dict[str, Any], ranked: int, total: int) -> None:
    assert _total(Candidates(**fields), [(pk, 1.0) for pk in range(ranked)]) == total


@pytest.mark.django_db
def test_twenty_full_matches_are_enough(make_article: MakeArticle) -> None:
    for number in range(19):
        make_article(f"كلاهما {number}", "زبرجد وسندس")
    some = make_article("أحدهما", "زبرجد")
    assert search("زبرجد سندس").further == (some.pk,)
    assert search("هل زبرجد سندس؟").loosened
    make_article("كلاهما", "زبرجد وسندس")
    page = search("زبرجد سندس")
    assert (page.further, page.total, search("هل زبرجد سندس؟").loosened) == ((), 20, False)


@pytest.mark.django_db
def test_matches_far_from_the_place_of_a_page_by_date_are_found(
    make_article: MakeArticle, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The first articles in order of date are checked alone only where they fill the page."""
    for module, values in (
        (candidates, {"MOST_FOUND": 3, "MOST_RANKED": 3}),
        (run, {"LOOKED_AT_BY_DATE": 4, "MOST_SORTED_BY_DATE": 50}),
    ):
        for name, value in values.items():
            monkeypatch.setattr(module, name, value)
    old = [make_article(f"قديم {number}", "زبرجد", date(2020, 1, 1 + number)) for number in range(6)]
    new = [make_article(f"جديد {number}", "سندس", date(2024, 1, 1 + number)) for number in range(6)]
    mixed = make_article("بينهما", "زبرجد", date(2024, 1, 4))
    statistics.rebuild()
    pages = [search("زبرجد", wanted=Wanted(Order.NEWEST, size=size)) for size in (1, 2, 7)]
    assert [[hit.article for hit in page.hits] for page in pages] == [
        [mixed], [mixed, old[5]], [mixed, *old[::-1]],
    ]  # fmt: skip
    assert all(page.total_is_capped for page in pages) and [bool(page.after) for page in pages] == [True, True, False]
    oldest = search("سندس", wanted=Wanted(Order.OLDEST, size=3))
    assert [hit.article for hit in oldest.hits] == new[:3]
    back = search("زبرجد", wanted=Wanted(Order.NEWEST, before=pages[1].after, size=5))
    assert [hit.article for hit in back.hits] == [mixed] and not back.before


@pytest.mark.django_db
def test_the_vocabulary_of_an_archive(make_article: MakeArticle) -> None:
    """A prefix stands for twelve lexemes, a root for four other forms, a name for 24 names; the commonest come first."""
    letters = "بتثجحخدذرزسشص"
    for place, letter in enumerate(letters):
        for _ in range(1 + place % 3):
            make_article("م", f"قرنط{letter}")
    actor = Actor.objects.create(name="هيئة العنبر", kind="civil", state="confirmed")
    Mention.objects.create(article=make_article("م", "ن"), actor=actor, state="confirmed")
    for number in range(26):
        Alias.objects.create(actor=actor, name=f"مجلس العنبر {'ا' * (number + 1)}")
    SynonymSet.objects.create(words=["عنبر", *(f"مسك{letter}" for letter in letters * 2)])
    statistics.rebuild()
    lexicon = vocabulary.lexicon_of(words=["قرنط"], beginnings=["قرنط"], names=[fold_phrase("هيئة العنبر"), "عنبر"])
    beginning = lexicon.beginnings["قرنط"]
    assert len(beginning.lexemes) == 12 and beginning.articles == sum(1 + place % 3 for place in range(13))
    # Of those in three articles the first by the alphabet comes first; one of those in one article is left out.
    thrice = [f"قرنط{letter}" for letter in letters[2::3]]
    assert list(beginning.lexemes[:4]) == sorted(thrice)
    named = {entity.actor: entity.names for entity in lexicon.named}
    assert [entity.actor for entity in lexicon.named] == [actor.pk, None]
    assert len(named[actor.pk]) == len(named[None]) == 24
    assert (named[actor.pk][0], named[None][0]) == ("هيئة العنبر", "عنبر")
    assert vocabulary.lexicon_of(words=["زبرجد"]).frequencies == {"زبرجد": 0} and not lexicon.variants.get("قرنط")


@pytest.mark.django_db
def test_up_to_four_other_forms_of_a_root(make_article: MakeArticle) -> None:
    forms = ["كاتب", "مكتب", "كتاب", "مكاتب", "كتيب", "مكتوب", "اكتتاب"]
    for place, form in enumerate(forms):
        for _ in range(1 + place):
            make_article("م", form)
    statistics.rebuild()
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT lexeme, articles FROM articles_lexeme WHERE archive_skeleton(lexeme) = archive_skeleton('كتاب')"
            " AND lexeme <> 'كتاب' ORDER BY articles DESC, lexeme"
        )
        alike = cursor.fetchall()
    assert len(alike) > 4
    assert vocabulary.lexicon_of(["كتاب"]).variants["كتاب"] == Alike(
        tuple(lexeme for lexeme, _ in alike[:4]), sum(articles for _, articles in alike[:4])
    )


@pytest.mark.django_db
@pytest.mark.parametrize(("most_looked_up", "suggested"), [(10_000, [3, 2, 1, 0]), (3, [3, 2])])
def test_titles_of_many_articles_are_suggested_from_the_newest(
    make_article: MakeArticle, monkeypatch: pytest.MonkeyPatch, most_looked_up: int, suggested: list[int]
) -> None:
    monkeypatch.setattr(completion, "MOST_LOOKED_UP", most_looked_up)
    monkeypatch.setattr(completion, "LOOKED_AT", 3)
    for number in range(4):
        make_article(f"سوق الزبرجد {number}", "نص", date(2030, 1, 1 + number))
    make_article("سوق آخر", "زبرجد", date(2030, 1, 9))
    statistics.rebuild()
    titles = [suggestion.text for suggestion in suggestions("سوق زبرج") if suggestion.kind == "article"]
    assert titles == [f"سوق الزبرجد {number}" for number in suggested]


@pytest.mark.django_db
def test_two_hundred_names_are_examined_for_those_that_lists_show(make_article: MakeArticle) -> None:
    names = [f"هيئة الزبرجد {number:03}" for number in range(200)]
    Actor.objects.bulk_create(
        Actor(name=name, folded_name=fold_phrase(name), kind="civil", state="confirmed") for name in names[:199]
    )
    last = Actor.objects.create(name=names[199], kind="civil", state="confirmed")
    Mention.objects.create(article=make_article("م", "نص"), actor=last, state="confirmed")
    assert [suggestion.text for suggestion in suggestions("هيئة الزبرجد")] == [last.name]
    Actor.objects.create(name="هيئة الزبرجد 00", kind="civil", state="confirmed")
    assert suggestions("هيئة الزبرجد") == []


def lexicon(frequencies: dict[str, int], articles: int = 1_000) -> Lexicon:
    return Lexicon({}, frequencies, {}, Totals(articles, 100.0))


@pytest.mark.parametrize(
    ("times", "frequencies", "telling"),
    [
        ({"زمرد": 1, "كلام": 1}, {"زمرد": 5, "كلام": 500}, ["زمرد", "كلام"]),
        ({"زمرد": 1, "كلام": 9}, {"زمرد": 5, "كلام": 500}, ["كلام", "زمرد"]),
        # A word that stands in no other article tells of none.
        ({"زمرد": 9, "كلام": 1}, {"زمرد": 1, "كلام": 2}, ["كلام"]),
        ({"ب": 1, "ا": 1}, {"ب": 5, "ا": 5}, ["ا", "ب"]),
        ({}, {}, []),
    ],
)
def test_the_most_telling_words_come_first(
    times: dict[str, int], frequencies: dict[str, int], telling: list[str]
) -> None:
    assert list(_telling(times, lexicon(frequencies))) == telling
    many = {f"كلمة{number}": number + 1 for number in range(20)}
    assert list(_telling(many, lexicon(dict.fromkeys(many, 5)))) == [f"كلمة{number}" for number in range(19, 7, -1)]


@pytest.mark.django_db
def test_the_frequent_words_of_an_article(make_article: MakeArticle) -> None:
    """Those of three letters at least, without numbers; a word of the title counts once more."""
    article = make_article("زمرد", "سندس سندس زمرد 2024 2024 2024 مد مد مد")
    frequent = with_frequent_lexemes(Article.objects).get(pk=article.pk).frequent
    assert frequent == {"زمرد": 3, "سندس": 2}
    make_article("غيره", "زمرد وسندس")
    article = with_frequent_lexemes(Article.objects).get(pk=article.pk)
    assert [row.title for row in related(article, 1)] == ["غيره"]


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("change", "differences"),
    [
        ("SELECT 1", []),
        ("UPDATE articles_lexeme SET articles = articles + 1 WHERE lexeme = 'زبرجد'", ["1 lexemes are counted wrong"]),
        ("DELETE FROM articles_lexeme WHERE lexeme IN ('زبرجد', 'سندس')", ["2 lexemes are counted wrong"]),
        ("INSERT INTO articles_lexeme (lexeme, articles) VALUES ('غائب', 1)", ["1 lexemes are counted wrong"]),
        ("UPDATE articles_corpus SET articles = articles + 2", ["articles are counted where"]),
    ],
)
def test_kept_counts_that_differ_are_named(make_article: MakeArticle, change: str, differences: list[str]) -> None:
    make_article("م", "زبرجد سندس")
    statistics.rebuild()
    make_article("بعدها", "زبرجد")
    with connection.cursor() as cursor:
        cursor.execute(change)
    drift = statistics.drift()
    assert len(drift.differences) == len(differences)
    assert all(part in whole for part, whole in zip(differences, drift.differences, strict=True))


@pytest.mark.django_db
def test_counts_after_an_update_and_a_rebuild(make_article: MakeArticle) -> None:
    def kept() -> tuple[int, dict[str, int]]:
        with connection.cursor() as cursor:
            cursor.execute("SELECT articles FROM articles_corpus")
            (articles,) = cursor.fetchone()
            cursor.execute("SELECT lexeme, articles FROM articles_lexeme WHERE lexeme IN ('زبرجد', 'سندس')")
            return articles, dict(cursor.fetchall())

    first = make_article("م", "زبرجد سندس")
    statistics.rebuild()
    articles, counts = kept()
    assert counts == {"زبرجد": 1, "سندس": 1}
    make_article("م", "زبرجد")
    make_article("م", "زبرجد", status="draft")
    assert statistics.update() > 0 and kept() == (articles + 1, {"زبرجد": 2, "سندس": 1})
    assert statistics.update() == 0
    # A withdrawn article counts until everything is counted anew; words that no article holds are forgotten then.
    Article.objects.filter(pk=first.pk).update(status="withdrawn")
    assert statistics.update() == 0 and kept() == (articles + 1, {"زبرجد": 2, "سندس": 1})
    assert statistics.rebuild() > 0 and kept() == (articles, {"زبرجد": 1})
    assert not statistics.drift().differences and statistics.rebuild() == 0


@pytest.mark.django_db(transaction=True)
def test_an_archive_is_filled_without_the_index_and_has_it_afterwards(stored: None, make_article: MakeArticle) -> None:
    def has_index() -> bool:
        with connection.cursor() as cursor:
            cursor.execute("SELECT count(*) FROM pg_indexes WHERE indexname = 'article_terms'")
            return bool(cursor.fetchone()[0])

    with without_index() as times:
        assert not has_index() and (times.index, times.statistics) == (0, 0)
        make_article("م", "زبرجد")
    assert has_index() and 0 < times.index < 600 and 0 < times.statistics < 600
    assert vocabulary.lexicon_of(["زبرجد"]).frequencies == {"زبرجد": 1} and search("زبرجد").total == 1
    with pytest.raises(ValueError, match="غيره"), without_index():
        raise ValueError("غيره")
    assert has_index()
