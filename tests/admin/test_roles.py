"""Each role tries each view: permitted actions succeed, and forbidden ones leave the archive unchanged."""

from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from articles.curation.row_marks import row_mark
from articles.models import Actor, Article, Delivery, Event, Source
from tests.admin.posting import act, changelist, form_of

pytestmark = pytest.mark.django_db

READER, EDITOR, SENIOR, ADMINISTRATOR = "قراء المسودات", "محررون", "محررون أول", "مديرون"
ROLES = (READER, EDITOR, SENIOR, ADMINISTRATOR)


def reads_a_draft(client: Client, article: Article) -> bool:
    """Returns whether the client can read a draft."""
    Article.objects.filter(pk=article.pk).update(status="draft")
    return client.get(article.get_absolute_url()).status_code == 200


def edits(client: Client, article: Article) -> bool:
    """Returns whether the client can save an article's form."""
    address = reverse("admin:articles_article_change", args=[article.pk])
    client.post(address, form_of_a_senior(address) | {"section": "قسم"})
    return Article.objects.get(pk=article.pk).section == "قسم"


def form_of_a_senior(address: str) -> dict:
    """Returns the form at an address as a superuser would post it."""
    senior = Client()
    user = User.objects.filter(username="wakil").first() or User.objects.create_superuser("wakil")
    senior.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    return form_of(senior, address)


def reviews(client: Client, article: Article) -> bool:
    """Returns whether the client can confirm a figure on the review page."""
    figure = article.figures.order_by("id").first()
    key = f"figure-{figure.pk}"
    posted = {f"verdict-{key}": "confirm", f"was-{key}": f"{figure.state}@{row_mark(figure)}"}
    client.post(reverse("admin:review", args=[article.pk]), posted)
    figure.refresh_from_db()
    return figure.state == "confirmed"


def confirms_many(client: Client, article: Article) -> bool:
    """Returns whether the client can confirm figures by a bulk action."""
    act(client, "figure", "confirm", *article.figures.all())
    return not article.figures.filter(state="suggested").exists()


def publishes_many(client: Client, article: Article) -> bool:
    """Returns whether the client can publish a draft by a bulk action."""
    Article.objects.filter(pk=article.pk).update(status="draft")
    act(client, "article", "publish", article)
    return Article.objects.get(pk=article.pk).status == "published"


def sets_source_of_many(client: Client, article: Article) -> bool:
    """Returns whether the client can set a source by a bulk action."""
    source = Source.objects.create(name="مصدر آخر")
    act(client, "article", "set_source", article, source=source.name)
    return Article.objects.get(pk=article.pk).source == source


def withdraws_many(client: Client, article: Article) -> bool:
    """Returns whether the client can withdraw an article by a bulk action."""
    act(client, "article", "withdraw", article, notice="طلب الناشر")
    return Article.objects.get(pk=article.pk).status == "withdrawn"


def deletes_many(client: Client, article: Article) -> bool:
    """Returns whether the client can delete an article by a bulk action."""
    act(client, "article", "delete", article, notice="طلب الناشر")
    return Article.objects.get(pk=article.pk).status == "deleted"


def withdraws(client: Client, article: Article) -> bool:
    """Returns whether the client can withdraw an article."""
    client.post(reverse("admin:articles_article_withdraw", args=[article.pk]), {"notice": "طلب الناشر"})
    return Article.objects.get(pk=article.pk).notice == "طلب الناشر"


def withdraws_by_form(client: Client, article: Article) -> bool:
    """Skipping the confirmation page, which asks for the password and lists the consequences, achieves nothing."""
    address = reverse("admin:articles_article_change", args=[article.pk])
    client.post(address, form_of_a_senior(address) | {"status": "withdrawn"})
    return Article.objects.get(pk=article.pk).status == "withdrawn"


def brings_back(client: Client, article: Article) -> bool:
    """Returns whether the client can publish a withdrawn article again."""
    Article.objects.filter(pk=article.pk).update(status="withdrawn")
    address = reverse("admin:articles_article_change", args=[article.pk])
    client.post(address, form_of_a_senior(address) | {"status": "published"})
    return Article.objects.get(pk=article.pk).status == "published"


def deletes(client: Client, article: Article) -> bool:
    """Returns whether the client can delete an article."""
    client.post(reverse("admin:articles_article_delete", args=[article.pk]), {"notice": "طلب الناشر"})
    return Article.objects.get(pk=article.pk).status == "deleted"


def deletes_an_actor(client: Client, article: Article) -> bool:
    """Returns whether the client can delete an actor."""
    actor = Actor.objects.create(name="بلا ذكر", kind="civil")
    client.post(reverse("admin:articles_actor_delete", args=[actor.pk]), {"post": "yes"})
    return not Actor.objects.filter(pk=actor.pk).exists()


def merges(client: Client, article: Article) -> bool:
    """Returns whether the client can merge two actors."""
    survivor, gone = (Actor.objects.create(name=name, kind="civil") for name in ("هيئة أولى", "هيئة ثانية"))
    client.post(reverse("admin:merge", args=["actor"]) + f"?rows={survivor.pk},{gone.pk}", {"kept": survivor.pk})
    return Actor.objects.get(pk=gone.pk).merged_into == survivor


def splits(client: Client, article: Article) -> bool:
    """Returns whether the client can split an actor."""
    actor = Actor.objects.create(name="هيئة أولى", kind="civil")
    alias = actor.aliases.create(name="هيئة أخرى")
    client.post(reverse("admin:split", args=[actor.pk]), {"moved": [alias.pk], "name": alias.name, "kind": "civil"})
    return Actor.objects.filter(name="هيئة أخرى").exists()


def uploads(client: Client, article: Article) -> bool:
    """Returns whether the client can upload a file."""
    file = SimpleUploadedFile("خبر.txt", "عنوان\n\nنص الخبر.".encode())
    client.post(reverse("admin:deliver"), {"files": file, "format": "auto"})
    return Delivery.objects.exists()


def loads_an_authority_file(client: Client, article: Article) -> bool:
    """Returns whether the client can load an authority file."""
    file = SimpleUploadedFile("a.toml", '[[source]]\nname = "صحيفة جديدة"\n'.encode())
    client.post(reverse("admin:authority"), {"file": file, "sure": "1"})
    return Source.objects.filter(name="صحيفة جديدة").exists()


def orders_a_series(client: Client, article: Article) -> bool:
    """Returns whether the client can number the sessions of a series."""
    event = Event.objects.filter(series__isnull=False).order_by("id").first()
    client.post(reverse("admin:series_order", args=[event.series_id]), {f"session-{event.pk}": "7"})
    return Event.objects.get(pk=event.pk).session == 7


def gives_accounts(client: Client, article: Article) -> bool:
    """Returns whether the client can create an account."""
    posted = {
        "username": "jadid",
        "password1": "كلمة-مرور-طويلة-2",
        "password2": "كلمة-مرور-طويلة-2",
        "usable_password": "true",
    }
    client.post(reverse("admin:auth_user_add"), posted)
    return User.objects.filter(username="jadid").exists()


def undoes_anothers_work(client: Client, article: Article) -> bool:
    """Returns whether the client can undo another user's operation."""
    from articles.models.history import operation

    with operation(user=0) as done:
        Article.objects.filter(pk=article.pk).update(author="غيره")
    client.post(reverse("admin:operation", args=[done.id]))
    return Article.objects.get(pk=article.pk).author != "غيره"


MAY: dict[Callable[[Client, Article], bool], tuple[str, ...]] = {
    reads_a_draft: ROLES,
    edits: (EDITOR, SENIOR, ADMINISTRATOR),
    reviews: (EDITOR, SENIOR, ADMINISTRATOR),
    confirms_many: (EDITOR, SENIOR, ADMINISTRATOR),
    publishes_many: (EDITOR, SENIOR, ADMINISTRATOR),
    sets_source_of_many: (EDITOR, SENIOR, ADMINISTRATOR),
    uploads: (EDITOR, SENIOR, ADMINISTRATOR),
    orders_a_series: (EDITOR, SENIOR, ADMINISTRATOR),
    withdraws_many: (SENIOR, ADMINISTRATOR),
    deletes_many: (SENIOR, ADMINISTRATOR),
    withdraws: (SENIOR, ADMINISTRATOR),
    withdraws_by_form: (),
    brings_back: (SENIOR, ADMINISTRATOR),
    deletes: (SENIOR, ADMINISTRATOR),
    deletes_an_actor: (SENIOR, ADMINISTRATOR),
    merges: (SENIOR, ADMINISTRATOR),
    splits: (SENIOR, ADMINISTRATOR),
    loads_an_authority_file: (SENIOR, ADMINISTRATOR),
    undoes_anothers_work: (SENIOR, ADMINISTRATOR),
    gives_accounts: (ADMINISTRATOR,),
}


@pytest.mark.parametrize("role", ["", *ROLES])
@pytest.mark.parametrize("does", MAY, ids=lambda does: does.__name__)
def test_each_role_does_what_it_may_and_nothing_else(
    signed_in: Callable[..., Client], seed: Any, settings: Any, tmp_path: Any, does: Callable, role: str
) -> None:
    settings.STORAGES = settings.STORAGES | {
        "deliveries": {"BACKEND": "django.core.files.storage.FileSystemStorage", "OPTIONS": {"location": tmp_path}}
    }
    client = signed_in("someone", role)
    assert does(client, seed("000")) == (role in MAY[does])


def test_a_stranger_meets_neither_desk_nor_drafts(client: Client, seed: Any) -> None:
    article = seed("000")
    for address in (
        changelist("article"), reverse("admin:review", args=[article.pk]), reverse("admin:deliver"), reverse("admin:operations"),
        reverse("admin:duplicates"), reverse("admin:authority_file"), reverse("admin:names", args=["actor"]),
    ):  # fmt: skip
        assert client.get(address).status_code == 302, address
    Article.objects.filter(pk=article.pk).update(status="draft")
    assert client.get(article.get_absolute_url()).status_code == 404
    assert client.get(f"/api/v1/articles/{article.pk}").status_code == 404
    assert article.title not in client.get("/api/v1/articles").content.decode()


def test_the_api_changes_nothing_for_anyone(signed_in: Callable[..., Client], seed: Any) -> None:
    for role in ROLES:
        client = signed_in(f"a{ROLES.index(role)}", role)
        for method in (client.post, client.put, client.patch, client.delete):
            assert method(f"/api/v1/articles/{seed('000').pk}").status_code == 405
