"""Lists and rows that somebody stored by hand are read as far as they are sound."""

from typing import Any

import pytest
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models.fields.json import KeyTransform

from articles.models import Article, Delivery, Event, Mention, SynonymSet
from articles.models.item_fields import AlignedItemsField, ItemsField, aligned, is_astray
from articles.models.mention import places
from articles.models.review import ScoreField
from articles.models.text_fields import RowsField, cleaned_by, gated_fields, length_of

TEXTS, NUMBERS = ItemsField(models.CharField()), ItemsField(models.IntegerField())
PAIRS = ItemsField(ArrayField(models.IntegerField(), size=2))


@pytest.mark.parametrize(
    ("field", "stored", "sound"),
    [
        (TEXTS, ["أ", None, "ب", 7, ["ج"]], ["أ", "ب"]),
        (NUMBERS, [1, None, "2", True, 3], [1, 3]),
        (PAIRS, [[1, 2], [3], [4, 5, 6], [7, None], None, [8, "9"], [True, 2], (1, 2), [10, 11]], [[1, 2], [10, 11]]),
        (TEXTS, [], []),
        (TEXTS, "نص", []),
        (TEXTS, 7, []),
        (TEXTS, None, None),
    ],
)
def test_only_sound_items_are_read(field: ItemsField, stored: object, sound: object) -> None:
    assert field.from_db_value(stored, None, None) == sound
    assert field.items_of(stored) == (sound or [])


def test_a_list_has_a_field_for_its_items() -> None:
    field = ItemsField(ArrayField(models.IntegerField(), size=2), verbose_name="المواضع")
    assert field.verbose_name == "المواضع" and isinstance(field.base_field, ArrayField)
    # Django's method for arrays within arrays does not hide the one that leaves out unsound items.
    assert field.from_db_value([[1, 2], [3]], None, None) == [[1, 2]]


def test_a_column_that_belongs_to_another_is_read_unchanged() -> None:
    assert AlignedItemsField(models.CharField()).from_db_value(["أ", None], None, None) == ["أ", None]


@pytest.mark.parametrize(
    ("spans", "quotes", "sound"),
    [
        ([[0, 3], [4, 6]], ["زيد", "بك"], ([[0, 3], [4, 6]], ["زيد", "بك"])),
        # The place of an unsound span or quote is left out on both sides.
        ([[0, 3], None], ["زيد", "بك"], ([[0, 3]], ["زيد"])),
        ([[0, 3], [4, 6]], [None, "بك"], ([[4, 6]], ["بك"])),
        ([[0, 3], [4, 6, 8]], ["زيد", "بك"], ([[0, 3]], ["زيد"])),
        # A place begins at 0 or later, and is not empty.
        ([[-1, 3], [0, 1], [2, 2], [5, 4]], ["أ", "ب", "ج", "د"], ([[0, 1]], ["ب"])),
        # It is unknown which belong together.
        ([[0, 3]], ["زيد", "بك"], ([], [])),
        ([[0, 3]], [], ([], [])),
        ([], [], ([], [])),
        (None, None, ([], [])),
        ("نص", ["زيد"], ([], [])),
        (None, ["زيد"], ([], [])),
    ],
)
def test_a_place_of_a_text_is_read_with_its_quote(spans: Any, quotes: Any, sound: Any) -> None:
    assert places(spans, quotes) == sound


def test_items_that_belong_together_are_chosen_together() -> None:
    columns = [(TEXTS, ["أ", "ب", "ج"]), (NUMBERS, [1, 2, 3]), (NUMBERS, [4, None, 6])]
    assert aligned(columns) == (["أ", "ج"], [1, 3], [4, 6])
    assert aligned(columns, lambda text, _first, second: text != "أ" and second > 4) == (["ج"], [3], [6])


@pytest.mark.parametrize(
    ("field", "words", "missing"),
    [
        (SynonymSet._meta.get_field("folded"), ["item IS NULL", 'array_ndims("folded") <> 1'], "array_length"),
        (Mention._meta.get_field("spans"), ["item IS NULL", 'array_ndims("spans") <> 2', 'array_length("spans", 2) <> 2'], "<> 1"),
    ],
)  # fmt: skip
def test_the_condition_of_an_unsound_column(field: Any, words: list[str], missing: str) -> None:
    condition = is_astray(field)
    assert all(part in condition for part in words) and missing not in condition


SHAPE = RowsField(shape={"line": int, "text": str})


@pytest.mark.parametrize(
    ("stored", "rows"),
    [
        ([{"line": 1, "text": "أ"}], [{"line": 1, "text": "أ"}]),
        ([{"line": 1, "text": "أ", "more": None}], [{"line": 1, "text": "أ", "more": None}]),
        ([{"line": 1}, {"line": "1", "text": "أ"}, {}, None, "أ", {"line": 2, "text": "ب"}], [{"line": 2, "text": "ب"}]),
        ({"line": 1, "text": "أ"}, []),
        (None, []),
        ("نص", []),
    ],
)  # fmt: skip
def test_only_rows_of_the_right_shape_are_read(stored: object, rows: list[Any]) -> None:
    assert SHAPE.rows_of(stored) == rows
    assert RowsField().rows_of([{"a": 1}, 7]) == [{"a": 1}]
    # The value of one key of a row is no list of rows.
    assert SHAPE.from_db_value('"نص"', KeyTransform("text", "x"), None) == "نص"


def test_texts_are_cleaned_at_any_depth() -> None:
    field = Article._meta.get_field("set_aside")
    assert field.cleaned([{"te\x00xt": "أ\x00", "n": 1}, ("ب\x00", None)]) == [{"text": "أ", "n": 1}, ["ب", None]]
    assert cleaned_by(SynonymSet._meta.get_field("words"), ["أ\x00", 7]) == ["أ", 7]
    assert cleaned_by(SynonymSet._meta.get_field("words"), ("أ\x00",)) == ["أ"]
    assert cleaned_by(SynonymSet._meta.get_field("words"), None) is None
    assert cleaned_by(Event._meta.get_field("kind"), "أ\x00") == "أ\x00"
    assert {field.name for field in gated_fields(Mention)} == {"quotes", "role", "rule"}


def test_the_length_of_a_column() -> None:
    assert length_of(Article, "title") == 500 and length_of(Delivery, "name") == 2000
    with pytest.raises(ValueError, match="Article.body has no greatest length"):
        length_of(Article, "body")


@pytest.mark.parametrize(
    ("stored", "score"),
    [(0.0, 0.0), (1.0, 1.0), (0.5, 0.5), (-0.01, None), (1.01, None), (float("nan"), None), (None, None)],
)
def test_a_score_lies_from_0_to_1(stored: float | None, score: float | None) -> None:
    assert ScoreField().from_db_value(stored, None, None) == score


@pytest.mark.parametrize(
    ("spans", "quotes", "result"),
    [
        ([], [], [([8, 9], "ب"), ([20, 23], "زيد")]),
        ([[0, 3]], ["عمر"], [([0, 3], "عمر"), ([8, 9], "ب"), ([20, 23], "زيد")]),
        ([[30, 31], [9, 10]], ["ج", "د"], [([8, 9], "ب"), ([9, 10], "د"), ([20, 23], "زيد"), ([30, 31], "ج")]),
        ([[20, 23]], ["زيد"], [([8, 9], "ب"), ([20, 23], "زيد")]),
    ],
)  # fmt: skip
def test_added_places_stand_in_the_order_of_the_body(spans: Any, quotes: Any, result: Any) -> None:
    mention = Mention(spans=[[20, 23], [8, 9]], quotes=["زيد", "ب"])
    mention.add_places(spans, quotes)
    assert list(zip(mention.spans, mention.quotes, strict=True)) == result
    with pytest.raises(ValueError, match="zip"):
        mention.add_places([[0, 1]], [])


def test_the_columns_are_djangos_own_for_migrations() -> None:
    paths = {field.deconstruct()[1] for field in (TEXTS, SHAPE, ScoreField(), AlignedItemsField(models.CharField()))}
    assert paths == {
        "django.contrib.postgres.fields.ArrayField", "django.db.models.JSONField", "django.db.models.FloatField"
    }  # fmt: skip
