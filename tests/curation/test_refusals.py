"""Why something was not stored, in an editor's words; and which rows may be duplicates."""

from collections.abc import Callable
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import DatabaseError, connection, transaction

from articles.curation.alike import alike
from articles.curation.refusals import is_refusal, refusal_of
from articles.models import Actor, Alias, Apart, Article, Event, Figure, Source

pytestmark = pytest.mark.django_db

MakeArticle = Callable[..., Article]
RETRY = "تعذر ذلك في قاعدة البيانات؛ أعد المحاولة بعد قليل."


def sql(statement: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement)


@pytest.mark.parametrize(
    ("statement", "refused", "words"),
    [
        # A message of the constraint's own, of the table of rules, and of the kind of error.
        (lambda article: Source.objects.create(name="المأخوذة"), True, "يوجد مصدر بهذا الاسم."),
        (lambda article: Article.objects.filter(pk=article.pk).update(title=""), True, "للمقال عنوان ونص لا يخلوان."),
        (
            lambda article: Figure.objects.create(article=article, value=7, quote="7", start=0, end=1),
            True,
            "في المقال رقم آخر عند هذه الكلمات نفسها.",
        ),
        (lambda article: Article.objects.filter(pk=article.pk).update(author=None), True, "قيمة لازمة ناقصة."),
        (
            lambda article: Article.objects.filter(pk=article.pk).update(author="أ" * 201),
            True,
            "نص أطول مما يتسع له الحقل.",
        ),
        (lambda article: Figure.objects.update(value=10**21), True, "عدد أكبر مما يتسع له الحقل."),
        (
            lambda article: (Figure.objects.update(actor=10**12), sql("SET CONSTRAINTS ALL IMMEDIATE")),
            True,
            "ما يشير إليه لم يعد موجودا، أو ما زال غيره مرتبطا به.",
        ),
        (lambda article: Article.objects.create(pk=article.pk, title="ع", body="ن"), True, "توجد قيمة مثلها من قبل."),
        (lambda article: Article.objects.filter(pk=article.pk).update(status="lost"), True, "هذه القيم لا تتفق مع قواعد الأرشيف."),
        (lambda article: sql("SELECT 1 / 0"), True, "هذه القيم لا تتفق مع قواعد الأرشيف."),
        (lambda article: sql("DO $$ BEGIN RAISE EXCEPTION 'no'; END $$"), True, "هذه القيم لا تتفق مع قواعد الأرشيف."),
        # Failures of the database are no refusals.
        (lambda article: sql("SELECT FROM nowhere"), False, RETRY),
        (
            lambda article: (sql("SET LOCAL statement_timeout TO 20"), sql("SELECT pg_sleep(5)")),
            False,
            "استغرق ذلك أطول مما يُسمح به فأُوقف؛ اختر صفوفا أقل، أو أعد المحاولة بعد قليل.",
        ),
    ],
)  # fmt: skip
def test_the_reason_of_a_refusal(make_article: MakeArticle, statement: Any, refused: bool, words: str) -> None:
    article = make_article(body="7 دول")
    Source.objects.create(name="المأخوذة")
    Figure.objects.create(article=article, value=7, quote="7", start=0, end=1)
    with pytest.raises(DatabaseError) as raised, transaction.atomic():
        statement(article)
    assert is_refusal(raised.value) is refused
    assert refusal_of(raised.value) == words


def test_an_error_of_no_server_and_one_of_a_form() -> None:
    assert not is_refusal(DatabaseError("lost")) and refusal_of(DatabaseError("lost")) == RETRY
    assert refusal_of(ValidationError(["أولا", "ثانيا"])) == "أولا، ثانيا"
    assert refusal_of(ValidationError({"name": "أولا"})) == "أولا"


def pairs_of(model: Any, rows: list[Any], **arguments: Any) -> dict[str, tuple[float, str]]:
    """The alike pairs among some rows: their names, joined, with the likeness and the shared name."""
    names = {row.pk: str(row) for row in rows}
    pairs, _ = alike(model, **{"before": None, "window": 10_000} | arguments)
    return {
        f"{names[pair.first.pk]} = {names[pair.second.pk]}": (round(pair.likeness, 2), pair.in_common)
        for pair in pairs if {pair.first.pk, pair.second.pk} <= names.keys()
    }  # fmt: skip


@pytest.mark.parametrize(
    ("fields", "other", "is_pair"),
    [
        ({}, {}, True),
        ({"state": "suggested"}, {}, True),
        ({"state": "rejected"}, {}, False),
        ({}, {"state": "rejected"}, False),
        ({"merged": True}, {}, False),
        ({}, {"merged": True}, False),
        ({"withheld": True}, {}, True),
    ],
)
def test_which_names_are_alike(fields: dict[str, Any], other: dict[str, Any], is_pair: bool) -> None:
    target = {"merged_into": Actor.objects.create(name="من دمج فيه غيره", kind="civil")}

    def actor(name: str, values: dict[str, Any]) -> Actor:
        values = {name: value for name, value in values.items() if name != "merged"} | (
            target if "merged" in values else {}
        )
        return Actor.objects.create(name=name, kind="person", **values)

    spelled = [actor("عبد الوافي لفتيت الحسني", fields), actor("عبد الوافي لفتيت الحسيني", other)]
    assert set(pairs_of(Actor, spelled)) == (
        {"عبد الوافي لفتيت الحسني = عبد الوافي لفتيت الحسيني"} if is_pair else set()
    )
    # Alike by a shared name only: the canonical name of one is an alias of the other, or both have one alias.
    named = [actor("الجمعية الغريبة", fields), actor("مرصد أبعد", other)]
    Alias.objects.create(actor=named[0], name="مَرصد أبعد")
    assert pairs_of(Actor, named) == ({"الجمعية الغريبة = مرصد أبعد": (1.0, "مَرصد أبعد")} if is_pair else {})
    shared = [actor("منتدى الوادي", fields), actor("قافلة الصحراء", other)]
    for row in shared:
        Alias.objects.create(actor=row, name="م و")
    assert pairs_of(Actor, shared) == ({"منتدى الوادي = قافلة الصحراء": (1.0, "م و")} if is_pair else {})


def test_names_that_share_few_letters_are_not_alike() -> None:
    rows = [Actor.objects.create(name=name, kind="person") for name in ("سعيد المرابط", "سعيد المريني", "كمال الشاوي")]
    assert pairs_of(Actor, rows) == {}


@pytest.mark.parametrize("model", [Actor, Event, Source])
def test_pairs_are_found_in_windows_until_an_editor_says_that_they_differ(model: Any) -> None:
    names = ["لجنة الوديان الكبرى", "لجنة الوديان الكبيرة", "لجنة الوديان الكبير", "هيئة الجبال الصغرى"]
    rows = [
        model.objects.create(title=name, kind="meeting") if model is Event
        else model.objects.create(name=name, **({"kind": "civil"} if model is Actor else {}))
        for name in names
    ]  # fmt: skip
    pairs = pairs_of(model, rows)
    assert len(pairs) == 3 and list(pairs.values()) == sorted(pairs.values(), reverse=True)
    assert all(0.55 <= likeness < 1 and not in_common for likeness, in_common in pairs.values())
    # The newest rows come first. Each window says where the next begins, and the last one that it is the last.
    seen: list[set[str]] = []
    before = None
    for _ in range(4):
        seen.append(set(pairs_of(model, rows, before=before, window=1)))
        _, before = alike(model, before=before, window=1)
    assert [len(window) for window in seen] == [0, 2, 2, 2] and set().union(*seen) == set(pairs)
    assert before == rows[0].pk
    count = model.objects.standing().count()
    assert (
        alike(model, before=None, window=count + 1)[1] is None
        and alike(model, before=None, window=count)[1] is not None
    )
    assert alike(model, before=1, window=5) == ([], None)
    Apart.objects.create(noun=model._meta.model_name, lower_key=rows[0].pk, higher_key=rows[1].pk)
    Apart.objects.create(noun="other", lower_key=rows[0].pk, higher_key=rows[2].pk)
    assert set(pairs_of(model, rows)) == set(pairs) - {f"{names[0]} = {names[1]}"}
