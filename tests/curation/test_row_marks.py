"""What an editor saw and what changed since: decisions on outdated pages, versions put back, words of an editor."""

from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.models import User

from articles.curation.changes import changes_after, changes_in, changes_of, last_of_each, newest_change, versions_of
from articles.curation.edited import body_is_an_editors
from articles.curation.row_marks import as_seen, overtaken, row_mark, row_marks
from articles.curation.undoing import put_back
from articles.models import Actor, Article, Figure, Mention, Source
from articles.models.history import operation

pytestmark = pytest.mark.django_db

MakeArticle = Callable[..., Article]


@pytest.fixture
def editors() -> dict[str, int | None]:
    """Keys of two editors, and of the machine."""
    return {
        "mine": User.objects.create(username="ana").pk,
        "hers": User.objects.create(username="hiya").pk,
        "machine": None,
    }


def write(article: Article, by: int | None, **values: object) -> None:
    with operation(user=by, command=None if by else "extract"):
        Article.objects.filter(pk=article.pk).update(**values)


# (who, what) of the changes after the page was opened; the fields that the decision depends on; who overtook it; what.
@pytest.mark.parametrize(
    ("steps", "fields", "by", "labels"),
    [
        ([], (), None, ()),
        ([("hers", {"section": "أدب"})], (), "hiya", ("القسم (أدب)",)),
        ([("hers", {"section": "أدب"})], ("section",), "hiya", ("القسم (أدب)",)),
        ([("hers", {"section": "أدب"})], ("author",), None, ()),
        ([("machine", {"section": "أدب"})], (), "", ("القسم (أدب)",)),
        ([("mine", {"section": "أدب"})], (), None, ()),
        ([("hers", {"section": "أدب"}), ("hers", {"section": "سياسة"})], (), None, ()),
        ([("hers", {"section": "أدب"}), ("mine", {"section": "فن"})], (), "hiya", ("القسم (فن)",)),
        ([("mine", {"section": "أدب"}), ("hers", {"author": "زيد"})], (), "hiya", ("القسم (أدب)", "الكاتب (زيد)")),
        ([("mine", {"section": "أدب"}), ("hers", {"author": "زيد"})], ("section",), None, ()),
        ([("hers", {"section": "أدب"}), ("machine", {"section": "فن"})], (), "", ("القسم (فن)",)),
        ([("machine", {"section": "فن"}), ("hers", {"section": "أدب"})], (), "hiya", ("القسم (أدب)",)),
        ([("hers", {"section": ""})], (), "hiya", ("القسم (–)",)),
        ([("hers", {"section": "ب" * 60})], (), "hiya", (f"القسم ({'ب' * 60})",)),
        ([("hers", {"section": "ب" * 61})], (), "hiya", ("القسم",)),
        ([("hers", {"status": "draft"})], (), "hiya", ("الحالة (مسودة)",)),
    ],
)  # fmt: skip
def test_who_overtook_a_decision(
    make_article: MakeArticle, editors: dict[str, int], steps: list[Any], fields: Any, by: str | None, labels: Any
) -> None:
    article = make_article(section="سياسة", author="")
    write(article, editors["hers"], author="عمرو")
    write(article, editors["hers"], author="")
    mark = row_mark(article)
    for who, values in steps:
        write(article, editors[who], **values)
    article.refresh_from_db()
    change = overtaken(article, mark, User.objects.get(pk=editors["mine"]), fields)
    assert (change and (change.editor, sorted(change.fields))) == (None if by is None else (by, sorted(labels)))
    if change:
        assert (by or "الآلة") in str(change)
    seen = as_seen(article, mark)
    assert (seen.section, seen.author, seen.status) == ("سياسة", "", "published")


@pytest.mark.parametrize("name", ["source", "source_id"])
def test_a_decision_may_depend_on_a_foreign_key(make_article: MakeArticle, editors: dict[str, int], name: str) -> None:
    article, source = make_article(), Source.objects.create(name="مصدر بعيد")
    mark = row_mark(article)
    write(article, editors["hers"], source=source)
    article.refresh_from_db()
    change = overtaken(article, mark, User.objects.get(pk=editors["mine"]), (name,))
    assert change is not None and change.fields == ("المصدر (مصدر بعيد)",)


def test_each_row_has_the_mark_of_its_own_newest_change(make_article: MakeArticle, editors: dict[str, int]) -> None:
    never, once, twice = make_article(), make_article(), make_article()
    for article in (twice, once, twice):
        write(article, None, author=f"{article.author}ب")
        article.refresh_from_db()
    marks = row_marks([never, once, twice])
    assert marks[never.pk] == 0 < marks[once.pk] < marks[twice.pk] and set(marks) == {never.pk, once.pk, twice.pk}
    assert marks[twice.pk] == versions_of(twice)[0].pgh_id and row_marks([]) == {}


def figure_at(article: Article, quote: str, **fields: Any) -> Figure:
    start = article.body.index(quote)
    return Figure.objects.create(
        article=article, value=quote, quote=quote, start=start, end=start + len(quote), state="confirmed", **fields
    )


@pytest.mark.parametrize(
    ("body", "start", "missing"),
    [
        ("ضم 23 دولة و7 خبراء.", 3, ()),
        ("وأمس ضم 23 دولة و7 خبراء.", 8, ()),
        ("ضم دولا و7 خبراء.", None, ("23",)),
        ("ضم 123 دولة و7 خبراء.", None, ("23",)),
    ],
)
def test_a_figure_that_is_put_back_stands_where_its_words_are_now(
    make_article: MakeArticle, body: str, start: int | None, missing: tuple[str, ...]
) -> None:
    article = make_article(body="ضم 23 دولة و7 خبراء.")
    figure = figure_at(article, "23", unit="دولة")
    Figure.objects.filter(pk=figure.pk).update(unit="بلد")
    (version,) = versions_of(figure)
    article.body = body
    article.save()
    row = put_back(version)
    stored = Figure.objects.get(pk=figure.pk)
    assert (stored.unit, stored.quote, stored.state, row.missing_words) == ("دولة", "23", "confirmed", missing)
    assert (stored.start, stored.end) == ((start, start + 2) if start is not None else (None, None))


def test_a_deleted_figure_comes_back_without_a_place_that_another_has(make_article: MakeArticle) -> None:
    article = make_article(body="ضم 23 دولة.")
    figure = figure_at(article, "23")
    Figure.objects.filter(pk=figure.pk).update(unit="دولة")
    key = figure.pk
    figure.delete()
    deletion = versions_of(Figure(pk=key))[0]
    figure_at(article, "23")
    row = put_back(deletion)
    assert row.missing_words == ("23",) and Figure.objects.get(pk=row.pk).start is None
    other = make_article(body="ضم 23 دولة.")
    figure_at(other, "23")
    Figure.objects.filter(article=article).exclude(pk=row.pk).delete()
    assert put_back(deletion).missing_words == () and Figure.objects.get(pk=row.pk).start == 3


def test_a_mention_that_is_put_back_keeps_the_words_that_still_stand(make_article: MakeArticle) -> None:
    article = make_article(body="زيد ثم عمرو ثم بكر.")
    actor = Actor.objects.create(name="زيد بعيد", kind="person")
    mention = Mention.objects.create(article=article, actor=actor, spans=[[0, 3], [7, 11]], quotes=["زيد", "عمرو"])
    Mention.objects.filter(pk=mention.pk).update(role="وزير")
    (version,) = versions_of(mention)
    article.body = "بكر ثم زيد."
    article.save()
    row = put_back(version)
    stored = Mention.objects.get(pk=mention.pk)
    assert (stored.spans, stored.quotes, stored.role, row.missing_words) == ([[7, 10]], ["زيد"], "", ("عمرو",))


@pytest.mark.parametrize(
    ("steps", "is_an_editors"),
    [
        ([], False),
        ([({"user": 1}, "نص آخر.")], True),
        ([({"command": "extract"}, "نص آخر.")], False),
        ([({"user": 1, "delivery": 5}, "نص آخر.")], False),
        ([({"user": 1, "capture": 5}, "نص آخر.")], False),
        ([({"user": 1}, "نص آخر."), ({"command": "ingest"}, "نص ثالث.")], False),
        ([({"command": "ingest"}, "نص ثالث."), ({"user": 1}, "نص آخر.")], True),
        ([({"user": 1}, "نص آخر."), ({"command": "tidy"}, "نص\n\nآخر.")], True),
        ([({"command": "ingest"}, "نص آخر."), ({"user": 1}, "نص\n\nآخر.")], False),
    ],
)
def test_whose_words_a_body_is(make_article: MakeArticle, steps: list[Any], is_an_editors: bool) -> None:
    article, other = make_article(body="نص أول."), make_article(body="نص أول.")
    for metadata, body in steps:
        with operation(**metadata):
            Article.objects.filter(pk=article.pk).update(body=body)
        with operation(user=1):
            Article.objects.filter(pk=other.pk).update(body=f"{body} مختلف")
            Article.objects.filter(pk=article.pk).update(section=body)
    article.refresh_from_db()
    assert body_is_an_editors(article) is is_an_editors


def test_each_operation_is_shown_by_its_last_change(make_article: MakeArticle) -> None:
    article, neighbour = make_article("الأول"), make_article("الثاني")
    with operation(command="first") as first:
        Article.objects.filter(pk=article.pk).update(author="أ")
        Article.objects.filter(pk=neighbour.pk).update(author="ب")
    mark = newest_change(article)
    with operation(command="second") as second:
        Article.objects.filter(pk=neighbour.pk).update(author="ج")
        Article.objects.filter(pk=article.pk).update(author="د")
    shown = last_of_each([first.id, second.id])
    assert {key: [(c.row, c.fields[0].after) for c in changes] for key, changes in shown.items()} == {
        first.id: [("الثاني", "ب")],
        second.id: [("الأول", "د")],
    }
    assert [(c.row, c.command) for c in changes_in(first.id)] == [("الثاني", "first"), ("الأول", "first")]
    assert [c.row for c in changes_in(first.id, most=1)] == ["الثاني"]
    assert [(c.fields[0].before, c.fields[0].after) for c in changes_of(article)] == [("أ", "د"), ("", "أ")]
    assert [c.fields[0].after for c in changes_of(article, most=1)] == ["د"]
    assert [c.fields[0].after for c in changes_after(article, mark)] == ["د"] and newest_change(article) != mark
    assert (
        changes_after(article, newest_change(article))
        == []
        == changes_after(article, "7")
        == changes_after(article, "")
    )
    assert [version.author for version in versions_of(article)] == ["أ", ""]
    assert [version.author for version in versions_of(article, most=1)] == ["أ"]
