"""A browser saves every form of the desk unchanged: no row changes, and history gains no entry."""

import pytest
from django.apps import apps
from django.contrib import admin
from django.contrib.auth.models import Group, User
from django.db import models
from django.test import RequestFactory
from django.urls import NoReverseMatch, reverse
from playwright.sync_api import Page

from articles.models import (
    Article,
    Contradiction,
    Event,
    EventSeries,
    Figure,
    Measure,
    Mention,
    Reprint,
    ReviewState,
    SynonymSet,
)  # fmt: skip
from articles.models.history import event_models
from tests.browser.conftest import PASSWORD, sign_in

# Values that signing in writes, and a time whose microseconds Django's own account form drops.
_NOT_LOOKED_AT = {"auth.User": {"last_login", "date_joined"}}


def rows_of(model: type[models.Model]) -> list[tuple]:
    """Returns the rows of a model, without the columns that signing in changes."""
    passing = _NOT_LOOKED_AT.get(model._meta.label, set())
    columns = [field.attname for field in model._meta.concrete_fields if field.name not in passing]
    return sorted(model._base_manager.values_list(*columns), key=repr)


def all_rows() -> dict[str, list[tuple]]:
    """Returns all rows of the archive's nouns and of accounts, their histories included."""
    nouns = [*apps.get_app_config("articles").get_models(), *apps.get_app_config("auth").get_models()]
    return {model._meta.label: rows_of(model) for model in nouns if model._meta.model_name != "revision"}


def forms() -> list[tuple[str, str]]:
    """Returns (noun, address) of a change form of every registered model that has a row; several for articles."""
    addresses = []
    for model in admin.site._registry:
        rows = admin.site._registry[model].model._base_manager.order_by("-pk")[
            : 5 if model.__name__ == "Article" else 2
        ]
        for row in rows:
            try:
                addresses.append(
                    (
                        model._meta.label,
                        reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_change", args=[row.pk]),
                    )
                )
            except NoReverseMatch:
                continue
    return addresses


@pytest.fixture
def editor(page: Page, live_server: object, db: None) -> Page:
    """A superuser's browser page, signed in."""
    sign_in(page, live_server, User.objects.create_superuser("raqib", password=PASSWORD))
    return page


@pytest.fixture
def rare_rows(stored: None) -> None:
    """Adds rows of the nouns that the fixtures lack, and fills values that they leave empty."""
    series = EventSeries.objects.create(name="سلسلة", description="سطر أول\n\nسطر ثان")
    for number, event in enumerate(Event.objects.order_by("pk")[:2], 1):
        Event.objects.filter(pk=event.pk).update(series=series, session=number, description="سطر\nثم\n\nسطر")
    SynonymSet.objects.create(words=["كلمة", "عبارة من كلمات"], kind="meaning")
    figure = Figure.objects.filter(event__isnull=False).first() or Figure.objects.first()
    Contradiction.objects.get_or_create(
        event_id=figure.event_id or figure.article.coverages.first().event_id, measure=Measure.objects.first(), scope=""
    )
    Reprint.objects.all().delete()
    original, article = Article.objects.order_by("pk")[:2]
    Reprint.objects.create(article=article, original=original, state=ReviewState.CONFIRMED)
    colleague = User.objects.create_user("zamil", "zamil@news.example", PASSWORD, first_name="زميل", is_staff=True)
    colleague.groups.add(Group.objects.first())
    Article.objects.filter(pk=article.pk).update(
        assigned_to=colleague, section="قسم", author="سالم، وعلي", url="https://news.example/خبر?a=1&b=2"
    )
    for model in (Figure, Mention):
        half = model.objects.order_by("pk")[: max(1, model.objects.count() // 2)]
        model.objects.filter(pk__in=list(half.values_list("pk", flat=True))).update(state=ReviewState.CONFIRMED)


def changeable(user: User) -> set[str]:
    """Returns the nouns whose rows the user may change at the desk."""
    request = RequestFactory().get("/admin/")
    request.user = user
    return {model._meta.label for model, desk in admin.site._registry.items() if desk.has_change_permission(request)}


def changes_since(before: dict[str, list[tuple]]) -> dict[str, list[tuple]]:
    """Returns up to two changed rows of each model."""
    after = all_rows()
    return {
        label: [row for row in rows if row not in before[label]][:2]
        for label, rows in after.items() if rows != before[label]
    }  # fmt: skip


def test_every_form_saved_untouched_changes_nothing(rare_rows: None, editor: Page) -> None:
    before = all_rows()
    saved = set()
    for noun, address in forms():
        editor.goto(address)
        button = editor.locator("input[name=_continue]")
        if not button.count():  # a noun that is read-only
            continue
        button.click()
        editor.wait_for_load_state()
        complaints = editor.locator(".errornote, .errorlist")
        assert not complaints.count(), (address, complaints.all_inner_texts())
        assert editor.locator(".messagelist .success").count(), address
        saved.add(noun)
    editor_account = User.objects.get(username="raqib")
    # The page of a delivery is a record: it has decisions and no save button.
    assert saved == changeable(editor_account) - {"articles.Delivery"}
    editor.goto(reverse("admin:series_order", args=[EventSeries.objects.get(name="سلسلة").pk]))
    assert editor.locator("input[type=number]").count() == 2
    editor.locator("input[type=submit].default").click()
    editor.wait_for_load_state()
    assert editor.locator(".messagelist .success").count()
    # The rows include histories, which would show a change that another form reverted.
    assert not (changed := changes_since(before)), f"saving changed {changed}"
    assert all(
        not model.objects.filter(pgh_context__metadata__user=editor_account.pk).exists() for model in event_models()
    )


def test_the_text_opens_at_a_press_of_the_button_and_is_stored_with_its_paragraphs(editor: Page) -> None:
    article = Article.objects.filter(captures__filename__startswith="003").distinct().get()
    editor.goto(reverse("admin:articles_article_change", args=[article.pk]))
    body = editor.locator("#id_body")
    assert body.get_attribute("readonly") is not None
    editor.fill("#id_section", "قسم جديد")
    editor.click("#edit-body")
    assert body.get_attribute("readonly") is None
    assert editor.input_value("#id_section") == "قسم جديد"
    editor.fill("#id_body", "فقرة زادها محرر.\n\n" + article.body)
    editor.click("input[name=_continue]")
    editor.wait_for_load_state()
    old, article = article.body, Article.objects.get(pk=article.pk)
    assert article.body == "فقرة زادها محرر.\n\n" + old and article.section == "قسم جديد"
    for mention in article.mentions.all():
        assert mention.quotes == [article.body[start:end] for start, end in mention.spans]
    editor.goto(article.get_absolute_url())
    assert editor.locator("article p", has_text="فقرة زادها محرر.").first.inner_text().strip() == "فقرة زادها محرر."
