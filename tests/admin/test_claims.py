"""The queue offers each article to one editor at a time.

An editor gets another's article only by asking for it explicitly.
"""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
from django.db import connections, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from articles.models import Article, Claim
from articles.models.claim import LASTS
from tests.admin.test_review_screen import page_of, was

TURN = "/admin/review/?order=old"


def turn_of(client: Client) -> str:
    """Returns the review address that the queue offers a client next."""
    return client.get(TURN)["Location"]


@pytest.mark.django_db
def test_two_editors_are_given_two_articles(desk: Client, senior: Client) -> None:
    first_address, second_address = turn_of(desk), turn_of(senior)
    assert first_address != second_address and turn_of(desk) == first_address
    following = desk.post(first_address, was_at(desk, first_address) | {"done": "1", "rest": "leave"})["Location"]
    assert second_address.split("?")[0] not in following


def was_at(client: Client, address: str) -> dict[str, str]:
    """Returns the marks of the review page at an address."""
    return was(client, Article.objects.get(pk=int(address.split("/")[3])))


@pytest.mark.django_db
def test_what_is_in_anothers_charge_is_not_given_and_is_opened_knowingly(
    desk: Client, senior: Client, seed: Any
) -> None:
    oldest = Article.objects.unchecked().order_by("id").first()
    Article.objects.filter(pk=oldest.pk).update(assigned_to=senior.user)
    assert f"/review/{oldest.pk}/" not in turn_of(desk)
    page = desk.get(page_of(oldest)).content.decode()
    assert "المقال في عهدة awwal" in page and oldest.body[:40] not in page
    assert oldest.body[:40] in desk.get(page_of(oldest, "?open=1")).content.decode()
    Claim.objects.all().delete()
    assert f"/review/{oldest.pk}/" in turn_of(senior)
    # A closed account keeps no claims, so its articles are not stuck.
    senior.user.is_active = False
    senior.user.save()
    Claim.objects.all().delete()
    assert f"/review/{oldest.pk}/" in turn_of(desk)


@pytest.mark.django_db
def test_an_article_that_another_has_open_says_since_when(desk: Client, senior: Client, seed: Any) -> None:
    article = seed("000")
    senior.get(page_of(article))
    Claim.objects.update(since=timezone.now() - timedelta(minutes=7))
    assert "يراجعه الآن awwal، منذ 7" in desk.get(page_of(article)).content.decode().replace("\xa0", " ")
    desk.get(page_of(article, "?open=1"))
    assert Claim.objects.get(article=article).by == senior.user


@pytest.mark.django_db
def test_a_claim_ends_by_time_by_leaving_by_closing_and_by_signing_out(desk: Client, senior: Client, seed: Any) -> None:
    first = turn_of(desk)
    Claim.objects.update(renewed_at=timezone.now() - LASTS - timedelta(seconds=1))
    assert turn_of(senior) == first and Claim.objects.get().by == senior.user
    article = Claim.objects.get().article
    # Leaving uses the time that the page carries, so leaving an old window does not end a newer visit.
    stamp = senior.get(page_of(article)).context["claim"].renewed_at.isoformat()
    address = reverse("admin:review_release", args=[article.pk])
    senior.get(page_of(article))
    senior.post(address, {"claim": stamp})
    assert Claim.objects.count() == 1
    stamp = senior.get(page_of(article)).context["claim"].renewed_at.isoformat()
    assert senior.post(address, {"claim": stamp}).status_code == 204 and Claim.objects.count() == 0
    assert desk.get(address).status_code == 405
    for button in ({"done": "1", "rest": "confirm"}, {"skip": "1"}):
        opened = turn_of(desk)
        pk = int(opened.split("/")[3])
        desk.post(opened, was_at(desk, opened) | button)
        assert not Claim.objects.filter(article=pk).exists()
    turn_of(senior)
    senior.post(reverse("admin:logout"))
    assert not Claim.objects.filter(by=senior.user).exists()


@pytest.mark.django_db
def test_who_only_reads_claims_nothing(signed_in: Callable[..., Client], seed: Any) -> None:
    reader = signed_in("qari", "قراء المسودات")
    assert "/review/" in turn_of(reader) and reader.get(page_of(seed("000"))).status_code == 200
    assert not Claim.objects.exists()


@pytest.mark.django_db
def test_an_empty_queue_says_that_others_have_the_rest(desk: Client, senior: Client) -> None:
    Article.objects.exclude(pk=Article.objects.order_by("id").first().pk).update(checked_at=timezone.now())
    turn_of(senior)
    page = desk.get(TURN, follow=True).content.decode()
    assert "لا شيء ينتظرك في هذا الصف" in page and "يراجع غيرك الآن 1" in page


def test_editors_who_ask_at_one_moment_are_given_different_articles(
    stored: None, signed_in: Callable[..., Client]
) -> None:
    """Each thread has its own connection and transaction, and all wait until each of them is ready to ask."""
    editors = [signed_in(f"editor{n}", "محررون") for n in range(4)]
    together = threading.Barrier(len(editors))

    def ask(client: Client) -> str:
        try:
            together.wait(timeout=30)
            return client.get(TURN)["Location"]
        finally:
            connections.close_all()

    for _ in range(3):
        Claim.objects.all().delete()
        with ThreadPoolExecutor(len(editors)) as pool:
            addresses = list(pool.map(ask, editors))
        assert len(set(addresses)) == len(editors) and all("/review/" in address for address in addresses)
    assert Claim.objects.count() == len(editors)


def test_a_claim_that_another_is_just_storing_is_waited_for(stored: None, signed_in: Callable[..., Client]) -> None:
    first_editor, second_editor = (signed_in(f"editor{n}", "محررون").user for n in range(2))
    article = Article.objects.order_by("id").first()
    ready, go = threading.Event(), threading.Event()

    def claim_slowly() -> object:
        try:
            with transaction.atomic():
                claim = Claim.objects.take(article.pk, first_editor)
                ready.set()
                go.wait(timeout=30)
            return claim
        finally:
            connections.close_all()

    def claim() -> object:
        try:
            return Claim.objects.take(article.pk, second_editor)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(2) as pool:
        slow = pool.submit(claim_slowly)
        assert ready.wait(timeout=30)
        quick = pool.submit(claim)
        go.set()
        assert slow.result(timeout=30).by_id == first_editor.pk and quick.result(timeout=30) is None
    assert Claim.objects.get().by_id == first_editor.pk
