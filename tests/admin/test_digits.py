"""Every form of the desk reads dates and numbers in any digits."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django import forms
from django.contrib import admin
from django.contrib.auth.models import User
from django.core.exceptions import ValidationError
from django.test import Client, RequestFactory
from django.urls import reverse

from articles.admin import adding, article_bulk, decisions, digits
from articles.admin.desk import DeskAdmin
from articles.models import Event, EventSeries, Figure
from tests.admin.posting import act, form_of
from tests.admin.test_review_screen import ask

pytestmark = pytest.mark.django_db
DATES_AND_NUMBERS = (forms.DateField, forms.TimeField, forms.IntegerField, forms.DecimalField, forms.FloatField)
# Fields without a text box.
NOT_TYPED = (forms.ModelChoiceField,)


@pytest.mark.parametrize(
    ("field", "typed", "value"),
    [
        (digits.DateField(), "٢٠٢٣-٠٤-١٦", date(2023, 4, 16)),
        (digits.DateField(), "۲۰۲۳-۰۴-۱۶", date(2023, 4, 16)),
        (digits.DateField(), "\u200f٢٠٢٣‐٠٤‐١٦ ", date(2023, 4, 16)),
        (digits.DateField(), "2023-04-16", date(2023, 4, 16)),
        (digits.IntegerField(), "١٢٣", 123),
        (digits.IntegerField(), "۱۲۳", 123),
        (digits.DecimalField(), "١٬٢٣٤٫٥", Decimal("1234.5")),
        (digits.DecimalField(), "۷٫۲۵", Decimal("7.25")),
        (digits.SplitDateTimeField(), ["٢٠٢٣-٠٤-١٦", "١٠:٣٠"], None),
    ],
)  # fmt: skip
def test_a_field_reads_any_digits(field: forms.Field, typed: object, value: object) -> None:
    read = field.clean(typed)
    if value is None:
        assert (read.year, read.month, read.day, read.hour, read.minute) == (2023, 4, 16, 10, 30)
    else:
        assert read == value


def test_what_is_no_date_is_refused_in_any_digits() -> None:
    for typed in ("٢٠٢٣-١٣-٠١", "٢٠٢٣", "أمس", "نونبر ٢٠٢٤", "٨/١٣/٢٠٢٤"):
        with pytest.raises(ValidationError, match="8/11/2024 أو 8 نونبر 2024"):
            digits.DateField().clean(typed)


@pytest.mark.parametrize(
    "typed", ["٨/١١/٢٠٢٤", "08-11-2024", "८/११/२०२४", "\u202b8.11.2024\u202c", "8 نوفمبر (تشرين الثاني) 2024"]
)
def test_every_door_of_the_desk_reads_the_day_first(desk: Client, make_article: Any, typed: str) -> None:
    reviewed, edited, changed = make_article(), make_article(), make_article()
    ask(desk, reviewed, **{"verdict-date": "confirm", "date-value": typed})
    address = reverse("admin:articles_article_change", args=[edited.pk])
    desk.post(address, form_of(desk, address) | {"published_date": typed, "published_precision": "day"})
    act(desk, "article", "set_date", changed, date=typed, precision="day", basis="editor")
    for article in (reviewed, edited, changed):
        article.refresh_from_db()
    assert {str(article.published_date) for article in (reviewed, edited, changed)} == {"2024-11-08"}
    event = Event.objects.create(title="دورة", kind="meeting")
    address = reverse("admin:articles_event_change", args=[event.pk])
    desk.post(address, form_of(desk, address) | {"start_date": typed, "start_precision": "day"})
    event.refresh_from_db()
    assert str(event.start_date) == "2024-11-08"


def test_a_month_alone_becomes_no_day(desk: Client, seed: Any) -> None:
    article = seed("001")
    before = article.published_date
    answer = ask(desk, article, **{"verdict-date": "confirm", "date-value": "نونبر ٢٠٢٤", "date-precision": "month"})
    article.refresh_from_db()
    assert article.published_date == before and "لم يُقرأ هذا يوما" in answer["refused"]["date"]


def test_a_reader_s_filter_reads_the_day_first(client: Client, make_article: Any) -> None:
    make_article("خبر نونبر", day=date(2024, 11, 8), status="published")
    make_article("خبر غشت", day=date(2024, 8, 11), status="published")
    page = client.get("/en/articles/?since=8/11/2024").content.decode()
    assert "خبر نونبر" in page and "خبر غشت" not in page


def fields_of(form: type[forms.BaseForm]) -> list[forms.Field]:
    """Returns the fields of a form class, and the parts of its compound fields."""
    return [part for field in form.base_fields.values() for part in (field, *getattr(field, "fields", ()))]


def test_every_date_and_number_of_the_desk_is_read_so(roles: None) -> None:
    """Covers the forms of nouns, their inlines and the desk's own pages, so that no form can gain a field of another
    kind.
    """
    request = RequestFactory().get("/admin/")
    request.user = User.objects.create_superuser("root", password="x")
    named_fields = []
    for desk in admin.site._registry.values():
        if isinstance(desk, DeskAdmin):
            named_fields += [(type(desk).__name__, field) for field in fields_of(desk.get_form(request))]
            for inline in desk.get_inline_instances(request):
                named_fields += [
                    (type(inline).__name__, field) for field in fields_of(inline.get_formset(request).form)
                ]
    own = [form for form in subclasses(forms.BaseForm) if form.__module__.startswith("articles.admin")]
    assert article_bulk.DateForm in own and adding.AddForm in own and decisions._FigureForm in own
    named_fields += [
        (form.__name__, field) for form in own if hasattr(form, "base_fields") for field in fields_of(form)
    ]
    read = [
        (name, type(field))
        for name, field in named_fields
        if isinstance(field, DATES_AND_NUMBERS) and not isinstance(field, NOT_TYPED)
    ]
    assert len(read) > 10
    assert [pair for pair in read if not issubclass(pair[1], digits.AnyDigits)] == []


def subclasses(form: type) -> list[type]:
    """Returns all subclasses of a class, indirect ones included."""
    return [subclass for direct in form.__subclasses__() for subclass in (direct, *subclasses(direct))]


def test_the_review_page_takes_a_date_and_a_number_in_arabic_digits(desk: Client, seed: Any) -> None:
    ask(desk, seed("001"), **{"verdict-date": "confirm", "date-value": "٢٠٢٣-٠٤-١٦"})
    assert str(seed("001").published_date) == "2023-04-16"
    ask(desk, seed("001"), **{"verdict-date": "confirm", "date-value": "۲۰۲۳-۰۴-۱۷"})
    assert str(seed("001").published_date) == "2023-04-17"
    figure = seed("000").figures.get(value=210)
    key = f"figure-{figure.pk}"
    fields = {"value": "٢١٣٫٥", "value_high": "", "qualifier": "exactly", "unit": figure.unit, "measure": ""}
    ask(desk, seed("000"), **{f"verdict-{key}": "confirm"}, **{f"{name}-{key}": v for name, v in fields.items()})
    assert Figure.objects.get(pk=figure.pk).value == Decimal("213.5")


def test_forms_lists_and_series_take_arabic_digits(desk: Client, make_article: Any) -> None:
    article = make_article()
    address = reverse("admin:articles_article_change", args=[article.pk])
    desk.post(address, form_of(desk, address) | {"published_date": "٢٠٢٣-٠٤-١٦", "published_precision": "day"})
    article.refresh_from_db()
    assert str(article.published_date) == "2023-04-16"
    act(desk, "article", "set_date", article, date="٢٠٢٣-٠٤-١٨", precision="day", basis="editor")
    article.refresh_from_db()
    assert str(article.published_date) == "2023-04-18"
    series = EventSeries.objects.create(name="سلسلة")
    event = Event.objects.create(title="دورة", kind="meeting", series=series)
    address = reverse("admin:series_order", args=[series.pk])
    context = desk.get(address).context
    desk.post(address, {f"session-{event.pk}": "١٢", context["seen_name"]: context["seen"]})
    assert Event.objects.get(pk=event.pk).session == 12
