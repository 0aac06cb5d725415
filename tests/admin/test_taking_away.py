"""Every way to withdraw or delete an article requires a reason for its readers, and browsers do not cache the notice."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from articles.admin.article_bulk import take_away
from articles.curation.changes import changes_of, versions_of
from articles.curation.merging import merge_actors
from articles.curation.undoing import undo
from articles.models import Actor, Article
from tests.admin.posting import act, form_of

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("reason", ["", "   ", "\n"])
@pytest.mark.parametrize("page", ["withdraw", "delete"])
def test_by_its_page(senior: Client, seed: Any, page: str, reason: str) -> None:
    address = f"/admin/articles/article/{seed('000').pk}/{page}/"
    answer = senior.post(address, {"notice": reason})
    assert "اكتب سبب السحب" in answer.content.decode() and seed("000").status == "published"
    assert senior.post(address, {"notice": "طلب الناشر"}).status_code == 302
    assert seed("000").status in ("withdrawn", "deleted") and seed("000").notice == "طلب الناشر"


@pytest.mark.parametrize("action", ["withdraw", "delete"])
def test_in_bulk(senior: Client, seed: Any, action: str) -> None:
    page = act(senior, "article", action, seed("000"), seed("001"), notice=" ")
    assert "اكتب سبب السحب" in page.content.decode()
    assert seed("000").status == seed("001").status == "published"


def test_by_emptying_the_reason_of_what_is_withdrawn(senior: Client, seed: Any) -> None:
    act(senior, "article", "withdraw", seed("000"), notice="طلب الناشر")
    address = reverse("admin:articles_article_change", args=[seed("000").pk])
    answer = senior.post(address, form_of(senior, address) | {"notice": ""})
    assert "اكتب سبب السحب" in answer.content.decode() and seed("000").notice == "طلب الناشر"


def test_by_putting_back_a_version_without_one(senior: Client, seed: Any) -> None:
    """Older versions may have been withdrawn without a reason."""
    article = seed("000")
    Article.objects.filter(pk=article.pk).update(status="withdrawn", notice="")
    Article.objects.filter(pk=article.pk).update(status="published")
    version = next(version for version in versions_of(article) if version.status == "withdrawn")
    address = reverse("admin:articles_article_history", args=[article.pk])
    answer = senior.post(address, {"restore": str(version.pgh_id)}, follow=True).content.decode()
    assert "حالة المقال فيها لا تُعطى من هنا" in answer
    assert seed("000").status == "published"


def test_by_taking_back_its_addition(senior: Client) -> None:
    form = {"title": "خبر أضيف خطأ", "title_origin": "editor", "body": "نص.", "status": "published", "language": "ar",
            "published_precision": "unknown", "published_basis": "editor"}  # fmt: skip
    form |= {
        f"{prefix}-{count}_FORMS": "0"
        for prefix in ("coverages", "figures", "mentions", "captures")
        for count in ("TOTAL", "INITIAL")
    }
    senior.post(reverse("admin:articles_article_add"), form)
    article = Article.objects.get(title="خبر أضيف خطأ")
    undo(next(change.operation for change in changes_of(article) if change.kind == "insert"))
    gone = Client().get(article.get_absolute_url())
    assert gone.status_code == 410 and "أضيف إلى الأرشيف خطأ" in gone.content.decode()


def test_by_the_rule_itself(seed: Any) -> None:
    with pytest.raises(ValueError, match="notice"):
        take_away([seed("000")], "withdrawn", " ")


@pytest.mark.parametrize("prefix", ["", "/en"])
@pytest.mark.parametrize("reader", ["nobody", "editor"])
def test_what_can_come_back_is_asked_for_anew(senior: Client, seed: Any, prefix: str, reader: str) -> None:
    client = senior if reader == "editor" else Client()
    article = seed("000")
    capture = article.captures.first()
    pages = [article.get_absolute_url(), f"{article.get_absolute_url()}record/", f"{article.get_absolute_url()}captures/{capture.sha256}/view/",
             f"{article.get_absolute_url()}captures/{capture.sha256}/"]  # fmt: skip
    pages = [prefix + page for page in pages] + [f"/api/v1/articles/{article.pk}"]
    act(senior, "article", "withdraw", article, notice="طلب الناشر")
    for page in pages:
        answer = client.get(page)
        assert answer.status_code in (404, 410), page
        assert "no-cache" in answer["Cache-Control"] or "no-store" in answer["Cache-Control"], page
    Article.objects.filter(pk=article.pk).update(status="published")
    assert client.get(pages[0]).status_code == 200


def test_an_address_that_a_merge_moved_is_asked_for_anew(client: Client) -> None:
    gone, survivor = (Actor.objects.create(name=f"مركز بعيد {n}", kind="civil") for n in (1, 2))
    address = gone.get_absolute_url()
    merge_actors(gone, survivor)
    moved = client.get(address)
    assert moved.status_code == 301 and "no-cache" in moved["Cache-Control"]
