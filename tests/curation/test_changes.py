"""How the history tells an editor who changed what, and how the values of rows are put into words."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test.utils import CaptureQueriesContext

from articles.curation.changes import (
    _part_in_words,
    between,
    changes_after,
    changes_in,
    changes_of,
    last_of_each,
    newest_change,
    versions_of,
)
from articles.curation.edited import body_is_an_editors
from articles.curation.row_marks import Overtaken, _label, as_seen, overtaken, row_mark, row_marks
from articles.curation.settling import in_words, without_place
from articles.curation.telling import PLACE, has_place, is_place, moment_in_words
from articles.models import Actor, Alias, ArchiveDate, Article, Coverage, Event, Figure, Measure, Mention, Source
from articles.models.carrying import LostWords
from articles.models.history import event_model_of, operation
from articles.platform.calendar_bounds import UNHELD_MOMENT

MakeArticle = Callable[..., Article]
in_database = pytest.mark.django_db


def told(changes: Any) -> list[tuple[str, object, object]]:
    return [(field.label, field.before, field.after) for change in changes for field in change.fields]


def update(row: Any, by: int | None = None, **values: object) -> Any:
    """Changes a stored row in an operation of its own, and returns the operation."""
    with operation(user=by, command=None if by else "extract") as current:
        type(row).objects.filter(pk=row.pk).update(**values)
    return current


@in_database
def test_each_value_is_told_in_an_editors_words(make_article: MakeArticle) -> None:
    first, second = (Source.objects.create(name=name) for name in ("البعيدة", "الأبعد"))
    article = make_article(source=first, day=date(2024, 5, 10))
    moment = datetime(2024, 5, 10, 9, 30, tzinfo=UTC)
    cases: list[tuple[Any, dict[str, Any], list[tuple[str, object, object]]]] = [
        (article, {"source": second}, [("المصدر", "البعيدة", "الأبعد")]),
        (article, {"source": None}, [("المصدر", "الأبعد", "")]),
        (article, {"status": "draft"}, [("الحالة", "منشور", "مسودة")]),
        (article, {"author": "زيد", "section": ""}, [("الكاتب", "", "زيد")]),
        (article, {"checked_at": moment}, [("تمت مراجعته في", "", moment_in_words(moment))]),
        (
            article,
            {"set_aside": [{"line": 1, "text": "أ"}, {"line": 2, "text": "ب"}]},
            [("ما عُزل عن النص", "", "أ، ب")],
        ),
        # The bounds of a known date follow from it, so that they are not told.
        (
            article,
            {"published_date": date(2024, 5, 11), "published_earliest": date(2024, 5, 11), "published_latest": date(2024, 5, 11)},
            [("تاريخ النشر", date(2024, 5, 10), date(2024, 5, 11))],
        ),
        (
            article,
            {"published_date": None, "published_precision": "unknown", "published_latest": date(2024, 5, 12)},
            [
                ("تاريخ النشر", date(2024, 5, 11), ""), ("تاريخ النشر: الدقة", "اليوم", "غير معروف"),
                ("تاريخ النشر: لا يتأخر عن", "", date(2024, 5, 12)),
            ],
        ),
    ]  # fmt: skip
    actor = Actor.objects.create(name="زيد بعيد", kind="person", rule="person.courtesy_title", score=0.5)
    cases += [
        (actor, {"withheld": True}, [("محجوب عن القراء", "لا", "نعم")]),
        (actor, {"rule": ""}, [("القاعدة", "لقب يليه اسم", "")]),
        (actor, {"score": 0.75}, [("الدرجة", 0.5, 0.75)]),
    ]
    figure = Figure.objects.create(article=article, value=Decimal(7), quote="نص", start=0, end=2)
    cases += [
        (figure, {"value": Decimal(9)}, [("القيمة", Decimal(7), Decimal(9))]),
        (
            figure,
            {"start": 3, "end": 9, "quote": "المقال"},
            [("النص الحرفي", "نص", "المقال"), (PLACE, "", "تغيّر موضعه")],
        ),
        (figure, {"start": None, "end": None}, [(PLACE, "له موضع", "بلا موضع")]),
        (figure, {"start": 3, "end": 9}, [(PLACE, "بلا موضع", "له موضع")]),
    ]
    mention = Mention.objects.create(article=article, actor=actor)
    cases += [
        (mention, {"spans": [[0, 2], [3, 9]], "quotes": ["نص", "المقال"]}, [("كما وردت", "", "نص، المقال"), (PLACE, "بلا موضع", "له موضع")]),
        (mention, {"spans": [[0, 2]], "quotes": ["نص"]}, [("كما وردت", "نص، المقال", "نص"), (PLACE, "", "تغيّر موضعه")]),
    ]  # fmt: skip
    for row, values, expected in cases:
        current = update(row, **values)
        assert sorted(told(changes_in(current.id)), key=str) == sorted(expected, key=str), values


@in_database
def test_what_was_added_and_deleted_is_told_whole(make_article: MakeArticle) -> None:
    editor = User.objects.create(username="ana")
    article = make_article("عنوان بعيد")
    with operation(user=editor.pk, what="إضافة") as adding:
        actor = Actor.objects.create(name="زيد بعيد", kind="person")
        mention = Mention.objects.create(article=article, actor=actor, role="وزير")
    by_model = {change.model: change for change in changes_in(adding.id)}
    assert {model: (change.kind, change.kind_words, change.user, change.by_machine, change.what, change.command)
            for model, change in by_model.items()} == dict.fromkeys(("actor", "mention"), ("insert", "أضيف", editor, False, "إضافة", ""))  # fmt: skip
    assert ("الاسم المعتمد", None, "زيد بعيد") in told([by_model["actor"]])
    assert {("الفاعل", None, "زيد بعيد"), ("المقال", None, "عنوان بعيد"), ("الصفة كما وردت", None, "وزير")} <= set(
        told([by_model["mention"]])
    )
    # Empty values of a new row are no changes.
    assert not {"البلد", "تعريف", "كما وردت", PLACE} & {label for label, _, _ in told(by_model.values())}
    assert by_model["mention"].row == "زيد بعيد ← عنوان بعيد" and by_model["mention"].noun == "ذكر"
    update(mention, role="مدير")
    assert told(changes_in(adding.id)) == told(by_model[change.model] for change in changes_in(adding.id))
    # An insertion is no version that could be put back.
    assert [version.pgh_label for version in versions_of(mention)] == ["update"]
    key = mention.pk
    with operation(command="tidy") as deleting:
        actor.delete()
    by_model = {change.model: change for change in changes_in(deleting.id)}
    assert {model: (change.kind, change.kind_words, change.user, change.by_machine, change.command)
            for model, change in by_model.items()} == dict.fromkeys(("actor", "mention"), ("delete", "حُذف", None, True, "tidy"))  # fmt: skip
    assert ("الاسم المعتمد", "زيد بعيد", None) in told([by_model["actor"]])
    # The actor that the mention was of is gone: its key stands for it.
    assert ("الصفة كما وردت", "مدير", None) in told([by_model["mention"]])
    assert by_model["mention"].row.startswith("ذكر ") and by_model["actor"].row == "زيد بعيد"
    assert [version.pgh_label for version in versions_of(Mention(pk=key))] == ["delete", "update"]


@in_database
def test_a_change_without_an_editor_is_nobodys(make_article: MakeArticle) -> None:
    """Whatever keys the editors have."""
    User.objects.filter(pk=1).delete()
    first = User.objects.create(pk=1, username="awwal")
    article = make_article()
    # Outside of any operation.
    Article.objects.filter(pk=article.pk).update(author="د")
    assert [(change.user, change.operation) for change in changes_of(article)] == [(None, None)]
    update(article, first.pk, author="أ")
    update(article, None, author="ب")
    update(article, 10**9, author="ج")
    assert [(change.user, change.command) for change in changes_of(article)] == [
        (None, ""), (None, "extract"), (first, ""), (None, ""),
    ]  # fmt: skip


def _dated(model: Any, pgh_id: int, moment: datetime) -> None:
    """Gives an event of the history another moment, as only the database's own prompt can."""
    with connection.cursor() as cursor:
        cursor.execute("SET session_replication_role TO replica")
        table = event_model_of(model)._meta.db_table
        cursor.execute(f"UPDATE {table} SET pgh_created_at = %s WHERE pgh_id = %s", [moment, pgh_id])
        cursor.execute("SET session_replication_role TO origin")


@in_database
def test_the_history_of_a_row_holds_what_depends_on_it(make_article: MakeArticle) -> None:
    article, other = make_article("عنوان بعيد"), make_article("غيره")
    actor, event = (
        Actor.objects.create(name="زيد بعيد", kind="person"),
        Event.objects.create(title="لقاء", kind="meeting"),
    )
    facts = [
        Mention.objects.create(article=article, actor=actor),
        Coverage.objects.create(article=article, event=event),
        Mention.objects.create(article=other, actor=actor),
    ]
    assert set(newest_change(article)) <= {"0", "-"}
    before = newest_change(article)
    marks = {before}
    steps: list[tuple[Any, dict[str, Any]]] = [
        (article, {"author": "أ"}), (facts[0], {"role": "ب"}), (facts[1], {"score": 0.5}), (article, {"author": "ج"}),
    ]  # fmt: skip
    for number, (row, values) in enumerate(steps):
        update(row, **values)
        (latest,) = versions_of(row, most=1)
        _dated(type(row), latest.pgh_id, datetime(2024, 5, 10 + number, tzinfo=UTC))
        marks.add(newest_change(article))
    assert len(marks) == 5
    # Neither another article's facts, nor the actor that is merely mentioned.
    mark = newest_change(article)
    for row, values in (
        (facts[2], {"role": "د"}),
        (other, {"author": "ه"}),
        (actor, {"country": "و"}),
        (event, {"country": "ز"}),
    ):
        update(row, **values)
    assert newest_change(article) == mark and changes_after(article, mark) == []
    assert [after for _, _, after in told(changes_of(article))] == ["ج", 0.5, "ب", "أ"]
    assert [after for _, _, after in told(changes_of(article, most=2))] == ["ج", 0.5]
    assert sorted(map(str, (after for _, _, after in told(changes_after(article, before))))) == sorted(
        ["أ", "ب", "0.5", "ج"]
    )
    # The actor's history holds its mentions.
    assert {change.model for change in changes_of(actor)} == {"actor", "mention"}
    Alias.objects.create(actor=actor, name="ابن بعيد")
    update(actor.aliases.get(), kind="short")
    assert {change.model for change in changes_of(actor)} == {"actor", "mention", "alias"}
    # A source keeps its articles when it is deleted, so that their changes are not its own.
    source = Source.objects.create(name="البعيدة")
    Article.objects.filter(pk=article.pk).update(source=source)
    update(article, author="ح")
    assert changes_of(source) == [] and newest_change(source).strip("0-") == ""
    # Malformed marks.
    assert changes_after(article, "") == changes_after(article, f"{before}-0") == changes_after(article, "x") == []


@in_database
def test_many_changes_cost_as_many_statements_as_one(make_article: MakeArticle) -> None:
    counts = {}
    for number in (1, 4):
        article = make_article(f"عنوان {number}")
        with operation(command="extract") as current:
            for place in range(number):
                actor = Actor.objects.create(name=f"زيد {number} {place}", kind="person")
                mention = Mention.objects.create(article=article, actor=actor)
                Mention.objects.filter(pk=mention.pk).update(role="وزير")
        with CaptureQueriesContext(connection) as queries:
            changes = changes_in(current.id)
        assert sorted(change.row for change in changes) == sorted(
            f"زيد {number} {place} ← عنوان {number}" for place in range(number)
        )
        counts[number] = len(queries)
        # No table is read whole.
        assert all(" WHERE " in query["sql"] for query in queries)
    assert counts[1] == counts[4]


def change_often(table: str, key: int, times: int, assignment: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            f"DO $$ BEGIN FOR i IN 1..{times} LOOP UPDATE {table} SET {assignment} WHERE id = {key}; END LOOP; END $$"
        )


@in_database
def test_how_much_of_a_long_history_is_read(make_article: MakeArticle) -> None:
    article = make_article(body="نص أول.")
    mark = newest_change(article)
    update(article, User.objects.create(username="ana").pk, body="نص ثان.")
    # White space changes no word.
    change_often("articles_article", article.pk, 150, "body = 'نص' || repeat(' ', 1 + i % 2) || 'ثان.'")
    assert len(changes_after(article, mark)) == len(changes_of(article)) == len(versions_of(article)) == 151
    article.refresh_from_db()
    assert body_is_an_editors(article)
    change_often("articles_article", article.pk, 60, "body = 'نص' || repeat(' ', 1 + i % 2) || 'ثان.'")
    assert len(changes_after(article, mark)) == len(changes_of(article)) == len(versions_of(article)) == 200
    # So long ago, it is unknown who wrote it.
    assert not body_is_an_editors(article)


@in_database
def test_any_two_versions_of_a_row_are_compared(make_article: MakeArticle) -> None:
    article = make_article(author="أ")
    for author in "بج":
        update(article, author=author)
    article.refresh_from_db()
    second, first = versions_of(article)
    pairs = [((first, second), ("أ", "ب")), ((first, article), ("أ", "ج")), ((article, second), ("ج", "ب"))]
    for rows, values in pairs:
        assert [(field.label, field.before, field.after) for field in between(*rows)] == [("الكاتب", *values)]
    assert between(first, first) == ()


@in_database
def test_an_operation_tells_what_it_changed_although_it_was_changed_again(make_article: MakeArticle) -> None:
    articles = [make_article(f"عنوان {n}") for n in range(3)]
    operations = []
    for author in "أب":
        with operation(command=author) as current:
            for article in articles:
                Article.objects.filter(pk=article.pk).update(author=author)
        operations.append(current.id)
    for _ in range(2):
        assert told(changes_in(operations[0])) == [("الكاتب", "", "أ")] * 3
        # Wherever the database keeps the earlier changes.
        for event in event_model_of(Article).objects.filter(pgh_context=operations[0]):
            _dated(Article, event.pgh_id, event.pgh_created_at)
    assert told(changes_in(operations[1])) == [("الكاتب", "أ", "ب")] * 3
    assert {len(changes) for changes in last_of_each(operations).values()} == {1}
    assert last_of_each(operations[:1])[operations[0]][0].row == "عنوان 2" and last_of_each([]) == {}


@pytest.mark.parametrize(
    ("part", "words"),
    [
        ({"quote": "أمس", "text": "غد"}, "أمس"), ({"quote": "", "text": "غد"}, "غد"), ({"text": "غد", "line": 7}, "غد"),
        ({"line": 7, "kind": "", "where": "text"}, "7، text"), ("كلمة", "كلمة"), (7, "7"), ([0, 3], "[0, 3]"),
    ],
)  # fmt: skip
def test_an_item_of_a_list_is_told(part: object, words: str) -> None:
    assert _part_in_words(part) == words


@pytest.mark.parametrize(
    ("moment", "digits", "words"),
    [
        (datetime(2024, 11, 6, 10, 5, tzinfo=UTC), "latin", "6 نونبر 2024، 10:05"),
        (datetime(2024, 1, 31, 23, 0, tzinfo=UTC), "latin", "31 يناير 2024، 23:00"),
        (datetime(2024, 12, 1, 0, 0, tzinfo=UTC), "arabic", "١ دجنبر ٢٠٢٤، ٠٠:٠٠"),
        (UNHELD_MOMENT, "arabic", "–"),
    ],
)
def test_a_moment_in_words(settings: Any, moment: datetime, digits: str, words: str) -> None:
    settings.TIME_ZONE, settings.ARCHIVE_DIGITS = "UTC", digits
    from django.utils import timezone

    with timezone.override(UTC):
        assert moment_in_words(moment) == words


@pytest.mark.parametrize(
    ("row", "has", "fields"),
    [
        (Figure(start=0, end=3), True, {"start", "end"}),
        (Figure(), False, {"start", "end"}),
        (Mention(spans=[[0, 3]]), True, {"spans"}),
        (Mention(), False, {"spans"}),
        (Article(), False, set()),
        (Actor(), False, set()),
    ],
)
def test_which_facts_have_a_place(row: Any, has: bool, fields: set[str]) -> None:
    assert has_place(row) is has
    assert {field.name for field in row._meta.fields if is_place(field)} == fields


@pytest.mark.parametrize(
    ("row", "name", "label"),
    [
        (Article(author="زيد"), "author", "الكاتب (زيد)"),
        (Article(author="ب" * 60), "author", f"الكاتب ({'ب' * 60})"),
        (Article(author="ب" * 61), "author", "الكاتب"),
        (Article(author=""), "author", "الكاتب (–)"),
        (Article(status="draft"), "status", "الحالة (مسودة)"),
        (Article(set_aside=[{"line": 1, "text": "أ"}]), "set_aside", "ما عُزل عن النص"),
        (Article(source=Source(name="البعيدة")), "source", "المصدر (البعيدة)"),
        (Article(), "source", "المصدر (–)"),
        (Article(published_date=date(2024, 5, 10)), "published_date", "تاريخ النشر (\u20662024-05-10\u2069)"),
        (Actor(withheld=True), "withheld", "محجوب عن القراء (نعم)"),
        (Actor(withheld=False), "withheld", "محجوب عن القراء (لا)"),
        (Figure(value=Decimal("1234.5000")), "value", "القيمة (1,234.5)"),
        (Figure(value=Decimal("1000")), "value", "القيمة (1,000)"),
        (Figure(start=3, end=5), "start", PLACE),
        (Mention(spans=[[0, 3]]), "spans", PLACE),
        (Mention(quotes=["زيد"]), "quotes", "كما وردت"),
    ],
)  # fmt: skip
def test_how_a_refused_decision_names_a_field(row: Any, name: str, label: str) -> None:
    assert _label(row._meta.get_field(name), row) == label


def test_a_refused_decision_names_a_moment(settings: Any) -> None:
    moment = datetime(2024, 5, 10, 9, 30, tzinfo=UTC)
    label = _label(Article._meta.get_field("checked_at"), Article(checked_at=moment))
    assert label == f"تمت مراجعته في ({moment_in_words(moment)})"
    assert str(Overtaken("", ("أ", "ب"))).startswith("سبقك الآلة بعد فتح الصفحة وغيّر: أ، ب.")


@in_database
def test_a_row_as_a_page_showed_it(make_article: MakeArticle) -> None:
    article, other = make_article(author="أ"), make_article(author="ي")
    marks = [row_mark(article)]
    for author in "بج":
        update(other, author=f"{author} آخر")
        update(article, author=author)
        marks.append(row_mark(article))
    article.refresh_from_db()
    assert [as_seen(article, mark).author for mark in marks] == ["أ", "ب", "ج"]
    assert as_seen(article, marks[-1]) is article
    with CaptureQueriesContext(connection) as queries:
        assert row_marks([article]) == {article.pk: marks[-1]}
    # The history of other rows is not read.
    assert [" WHERE " in query["sql"] for query in queries] == [True]
    # Changes are in the order of their numbers, wherever the database keeps them.
    for version in versions_of(article)[1:]:
        _dated(Article, version.pgh_id, version.pgh_created_at)
    assert [as_seen(article, mark).author for mark in marks] == ["أ", "ب", "ج"]
    # The bounds of a known date follow from it: they are not named beside it.
    mark = marks[-1]
    with operation(user=User.objects.create(username="hiya").pk):
        article.published = ArchiveDate.on(date(2024, 5, 10))
        article.save()
    change = overtaken(article, mark, User.objects.create(username="ana"))
    assert change is not None and {label.split(" (")[0] for label in change.fields} == {
        "تاريخ النشر", "تاريخ النشر: الدقة", "تاريخ النشر: الأساس",
    }  # fmt: skip


@in_database
def test_the_last_of_several_changes_names_the_editor(make_article: MakeArticle) -> None:
    article = make_article(author="أ")
    mine, hers = (User.objects.create(username=name) for name in ("ana", "hiya"))
    mark = row_mark(article)
    update(article, hers.pk, author="ب")
    update(article, None, author="ج")
    first = versions_of(article)[1]
    article.refresh_from_db()
    for _ in range(2):
        change = overtaken(article, mark, mine)
        assert change is not None and (change.editor, change.fields) == ("", ("الكاتب (ج)",))
        # Wherever the database keeps the first change.
        _dated(Article, first.pgh_id, first.pgh_created_at)


@in_database
@pytest.mark.parametrize(
    ("state", "body", "lost"),
    [
        ("confirmed", "لا شيء", {"رقم (7 دول): «7»", "ذكر (زيد بعيد): «زيد» (مرتان)، «عمرو»"}),
        # One of the names stands yet.
        ("confirmed", "7 دول وزيد", set()),
        ("confirmed", "زيد", {"رقم (7 دول): «7»"}),
        ("confirmed", "7 دول", {"ذكر (زيد بعيد): «زيد» (مرتان)، «عمرو»"}),
        ("rejected", "لا شيء", set()),
        ("suggested", "لا شيء", set()),
    ],
)
def test_an_editor_learns_which_confirmed_facts_lost_their_words(
    make_article: MakeArticle, state: str, body: str, lost: set[str]
) -> None:
    article = make_article(body="7 دول وزيد وعمرو وزيد")
    actor = Actor.objects.create(name="زيد بعيد", kind="person")
    Figure.objects.create(article=article, value=7, unit="دول", quote="7", start=0, end=1, state=state)
    Mention.objects.create(
        article=article, actor=actor, spans=[[7, 10], [12, 16], [18, 21]], quotes=["زيد", "عمرو", "زيد"], state=state
    )
    article.body = body
    article.save()
    assert {in_words(words) for words in without_place(article)} == lost
    # The rules gave the figure another place.
    if lost and body == "لا شيء":
        Figure.objects.filter(article=article).update(start=0, end=1, quote="ل")
        assert {in_words(words) for words in without_place(article)} == {"ذكر (زيد بعيد): «زيد» (مرتان)، «عمرو»"}


@pytest.mark.parametrize(
    ("value", "unit", "words"),
    [
        (Decimal("1234.5"), "درهم", "رقم (1,234.5 درهم): «س»"),
        (Decimal(7), "", "رقم (7): «س»"),
        (None, "", "رقم (–): «س»"),
    ],
)
def test_a_figure_that_lost_its_words_is_named(value: Decimal | None, unit: str, words: str) -> None:
    assert in_words(LostWords(Figure(value=value, unit=unit, quote="س"), ("س",), ())) == words


@in_database
def test_the_words_of_a_version_are_looked_up_from_the_text_of_its_time(make_article: MakeArticle) -> None:
    """The text was changed twice since: the version's place is that in the first of the texts."""
    from articles.curation.undoing import put_back

    article, measure = make_article(body="و7 مدن"), Measure.objects.create(label="مدن بعيدة")
    earlier = make_article(body="غيره")
    for row, body in ((earlier, "غيره."), (article, "7 دول و7 مدن")):
        row.body = body
        row.save()
        _dated(Article, versions_of(row)[0].pgh_id, datetime(2024, 5, 10, tzinfo=UTC))
    figure = Figure.objects.create(article=article, value=7, quote="7", start=7, end=8, state="confirmed")
    update(figure, measure=measure)
    (version,) = versions_of(figure)
    _dated(Figure, version.pgh_id, version.pgh_created_at - timedelta(days=1))
    (version,) = versions_of(figure)
    other = make_article(body="غيره")
    for body in ("أمس 7 دول و7 مدن", "أمس 7 دول واليوم 7 مدن", "واليوم 7 مدن"):
        article.body = body
        article.save()
        other.body = f"{other.body} {body}"
        other.save()
        row = put_back(version)
        assert (row.start, row.missing_words, row.measure) == (body.rindex("7"), (), None)
    assert put_back(versions_of(article)[0]).missing_words == ()


@in_database
def test_a_deleted_mention_comes_back_with_the_words_that_stand_now(make_article: MakeArticle) -> None:
    from articles.curation.undoing import put_back

    article, actor = make_article(body="زيد ثم عمرو"), Actor.objects.create(name="زيد بعيد", kind="person")
    mention = Mention.objects.create(article=article, actor=actor, spans=[[0, 3], [7, 11]], quotes=["زيد", "عمرو"])
    key = mention.pk
    mention.delete()
    article.body = "ثم زيد"
    article.save()
    row = put_back(versions_of(Mention(pk=key))[0])
    stored = Mention.objects.get(pk=key)
    assert (stored.spans, stored.quotes, row.missing_words) == ([[3, 6]], ["زيد"], ("عمرو",))
