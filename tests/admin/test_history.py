"""History records the changes of every view and command with their authors.

They can be restored, or undone as a whole operation.
"""

from datetime import date
from typing import Any

import pytest
from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.urls import reverse
from pghistory.models import Context

from articles.curation.changes import changes_in, changes_of, versions_of
from articles.curation.merging import merge_actors
from articles.curation.undoing import UndoConflictError, undo
from articles.extract.authority import Authority
from articles.extract.process import suggest
from articles.models import Actor, Alias, Article, Figure, Mention
from articles.models.history import event_models, operation
from articles.upkeep.check import check
from tests.admin.posting import act, form_of

pytestmark = pytest.mark.django_db


def change(noun: str, row: object) -> str:
    """Returns the address of a row's form."""
    return reverse(f"admin:articles_{noun}_change", args=[row.pk])


def test_an_editors_and_a_commands_changes_are_told_apart(desk: Client, seed: Any) -> None:
    article = seed("000")
    assert (
        desk.post(
            change("article", article), form_of(desk, change("article", article)) | {"section": "دبلوماسية"}
        ).status_code
        == 302
    )
    with operation(command="extract"):
        Article.objects.filter(pk=article.pk).update(author="مراسل")
    by_command, by_editor = changes_of(article)[:2]
    assert by_command.by_machine and by_command.command == "extract"
    assert [(field.label, field.before, field.after) for field in by_command.fields] == [("الكاتب", "", "مراسل")]
    assert by_editor.user.username == "muharrir" and not by_editor.by_machine
    assert ("القسم", "سياسة", "دبلوماسية") in [(field.label, field.before, field.after) for field in by_editor.fields]


def test_bulk_and_raw_statements_leave_a_trace_too(seed: Any) -> None:
    article = seed("001")
    Figure.objects.filter(article=article).update(unit="وحدة")
    changes = [change for change in changes_of(article) if change.model == "figure"]
    assert len(changes) == article.figures.count() and all(change.by_machine for change in changes)


def test_what_the_rules_insert_costs_no_event_and_what_an_editor_adds_has_one(desk: Client, report: Any) -> None:
    article = report("45 وفدا")
    assert article.coverages.exists() and not changes_of(article)
    actor = Actor.objects.get(name="المغرب")
    posted = form_of(desk, change("actor", actor))
    posted |= {"aliases-TOTAL_FORMS": actor.aliases.count() + 1, f"aliases-{actor.aliases.count()}-name": "بلاد المغرب",
               f"aliases-{actor.aliases.count()}-kind": "spelling", f"aliases-{actor.aliases.count()}-actor": actor.pk}  # fmt: skip
    response = desk.post(change("actor", actor), posted)
    assert response.status_code == 302, response.context["errors"]
    (added,) = [change for change in changes_of(actor) if change.kind == "insert"]
    assert added.row == "بلاد المغرب" and added.user.username == "muharrir"


def test_an_earlier_version_is_put_back_with_what_follows_from_its_text(desk: Client, seed: Any) -> None:
    article = seed("000")
    body, named = article.body, set(article.mentions.values_list("actor", flat=True))
    assert (
        desk.post(
            change("article", article),
            form_of(desk, change("article", article)) | {"edit_body": "1", "body": "استدراك. " + body},
        ).status_code
        == 302
    )
    page = reverse("admin:articles_article_history", args=[article.pk])
    event = next(
        change
        for change in changes_of(article)
        if change.model == "article" and any(f.label == "النص" for f in change.fields)
    )
    assert "استعد" in desk.get(page).content.decode()
    desk.post(page, {"restore": event.event})
    restored = seed("000")
    assert restored.body == body and set(restored.mentions.values_list("actor", flat=True)) == named
    for mention in restored.mentions.all():
        assert mention.quotes == [body[start:end] for start, end in mention.spans]


def snapshot() -> dict[str, list]:
    """Returns all rows of the tracked models, without the columns that every save changes."""
    return {
        model.__name__: sorted(map(repr, model.objects.values_list(*[
            f.attname for f in model._meta.concrete_fields if f.attname not in {"updated_at", "search_vector"}
        ])))
        for model in (event_model.pgh_tracked_model for event_model in event_models())
    }  # fmt: skip


def test_a_merge_is_taken_back_whole(senior: Client, seed: Any) -> None:
    survivor, gone = Actor.objects.get(name="المغرب"), Actor.objects.get(name="ناصر بوريطة")
    Alias.objects.create(actor=gone, name="السيد ناصر", kind="short")
    before = snapshot()
    page = reverse("admin:merge", args=["actor"]) + f"?rows={survivor.pk},{gone.pk}"
    shown = senior.get(page).content.decode()
    assert "مقالات تذكره" in shown and Actor.objects.get(pk=gone.pk).merged_into is None
    response = senior.post(page, {"kept": survivor.pk})
    assert Actor.objects.get(pk=gone.pk).merged_into == survivor
    assert survivor.aliases.filter(name="السيد ناصر").exists()
    assert senior.get(gone.get_absolute_url())["Location"].endswith(survivor.get_absolute_url())
    senior.post(response["Location"])
    assert snapshot() == before


def test_what_was_changed_again_is_not_overwritten_by_taking_back(seed: Any) -> None:
    actor = Actor.objects.get(name="المغرب")
    with operation(command="first") as first:
        Actor.objects.filter(pk=actor.pk).update(country="المغرب الأقصى")
    with operation(command="second") as second:
        Actor.objects.filter(pk=actor.pk).update(description="مملكة")
    with pytest.raises(UndoConflictError, match="المغرب"):
        undo(first.id)
    undo(second.id)
    assert Actor.objects.get(pk=actor.pk).country == "المغرب الأقصى"


def test_a_rejected_bulk_is_taken_back_from_the_page_of_what_was_done(desk: Client, seed: Any) -> None:
    figures = list(seed("000").figures.order_by("id"))
    act(desk, "figure", "reject", *figures)
    done = Context.objects.order_by("-created_at").first()
    page = desk.get(reverse("admin:operations")).content.decode()
    assert "رفض المحدد" in page and len(changes_in(done.pk)) == len(figures)
    desk.post(reverse("admin:operation", args=[done.pk]))
    assert set(seed("000").figures.values_list("state", flat=True)) == {"suggested"}


def test_a_deleted_fact_comes_back(desk: Client, seed: Any) -> None:
    mention = seed("000").mentions.order_by("id").first()
    desk.post(reverse("admin:articles_mention_delete", args=[mention.pk]), {"post": "yes"})
    assert not Mention.objects.filter(pk=mention.pk).exists()
    done = Context.objects.order_by("-created_at").first()
    desk.post(reverse("admin:operation", args=[done.pk]))
    assert Mention.objects.get(pk=mention.pk).spans == mention.spans


def test_the_second_of_two_editors_is_told_and_loses_nothing(desk: Client, senior: Client, seed: Any) -> None:
    address = change("article", seed("000"))
    first, second = form_of(senior, address), form_of(desk, address)
    assert senior.post(address, first | {"section": "دبلوماسية", "author": "سلمى"}).status_code == 302
    response = desk.post(address, second | {"section": "أمن", "title": "عنوان المحرر الثاني"})
    page = response.content.decode()
    assert response.status_code == 200 and "awwal" in page and "دبلوماسية" in page and "سلمى" in page
    assert seed("000").section == "دبلوماسية" and seed("000").title != "عنوان المحرر الثاني"
    # Fields that the second editor left alone have the first editor's values; the others stand in the form as typed.
    again = second | {name: response.context["adminform"].form[name].value() for name in ("section", "title", "author")}
    assert (again["section"], again["author"]) == ("أمن", "سلمى")
    assert desk.post(address, again | {"_seen": response.context["seen"]}).status_code == 302
    assert (seed("000").section, seed("000").author, seed("000").title) == ("أمن", "سلمى", "عنوان المحرر الثاني")


def test_ingest_of_a_changed_original_is_told_as_the_machines(tmp_path: Any, seed: Any) -> None:
    article = seed("000")
    capture = article.captures.first()
    file = tmp_path / capture.filename
    file.write_bytes(capture.read().replace("المغرب".encode(), "المملكة المغربية".encode()))
    call_command("ingest", str(file), verbosity=0)
    (change,) = [change for change in changes_of(article) if change.model == "article"]
    assert change.by_machine and change.command == "ingest" and "النص" in [field.label for field in change.fields]


def test_history_cannot_be_rewritten(seed: Any) -> None:
    from django.db import DatabaseError, transaction

    Article.objects.filter(pk=seed("000").pk).update(author="كاتب")
    with pytest.raises(DatabaseError), transaction.atomic():
        seed("000").history.all().delete()
    assert seed("000").history.exists()


def test_merging_by_the_model_is_undone_where_names_met(make_article: Any) -> None:
    """One article names both actors: merging makes one mention of the two, and undoing restores both."""
    survivor = Actor.objects.create(name="منظمة ألف", kind="civil")
    gone = Actor.objects.create(name="منظمة باء", kind="civil")
    article = make_article(body="قالت منظمة ألف ومنظمة باء كذا.", day=date(2024, 1, 1))
    suggest(article, Authority.load())
    assert article.mentions.filter(actor__in=(survivor, gone)).count() == 2
    before = snapshot()
    with operation(user=0) as done:
        merge_actors(gone, survivor)
    assert article.mentions.filter(actor=survivor).get().quotes == ["منظمة ألف", "منظمة باء"]
    undo(done.id)
    assert snapshot() == before


def test_any_two_versions_are_compared(desk: Client, seed: Any) -> None:
    article = seed("000")
    for author in ("أول", "ثان", "ثالث"):
        Article.objects.filter(pk=article.pk).update(author=author)
    page = reverse("admin:articles_article_history", args=[article.pk])
    last, _, first = versions_of(article)
    shown = desk.get(page, {"one": first.pgh_id, "other": last.pgh_id}).context["compared"]
    assert [(field.label, field.before, field.after) for field, _ in shown] == [("الكاتب", "", "ثان")]
    now = desk.get(page, {"one": last.pgh_id, "other": "now"}).context["compared"]
    assert [(field.before, field.after) for field, _ in now] == [("ثان", "ثالث")]
    assert desk.get(page, {"one": "x", "other": "now"}).context["compared"] is None


def test_many_operations_are_told_in_as_many_statements_as_few(
    desk: Client, seed: Any, django_assert_max_num_queries: Any
) -> None:
    for n in range(12):
        with operation(command=f"run {n}"):
            Article.objects.update(author=f"كاتب {n}")
            Figure.objects.update(about=f"شيء {n}")
            Mention.objects.update(role=f"صفة {n}")
    with django_assert_max_num_queries(60):
        page = desk.get(reverse("admin:operations")).content.decode()
    assert all(f"run {n}" in page for n in range(12))


def test_a_row_changed_again_stops_an_undo_among_however_many(db: None) -> None:
    actors = [Actor.objects.create(name=f"هيئة {n}", kind="civil") for n in range(205)]
    with operation(command="first") as first:
        Actor.objects.filter(pk__in=[actor.pk for actor in actors]).order_by("pk").update(country="المغرب")
    with operation(command="second"):
        Actor.objects.filter(pk=actors[0].pk).update(description="غيّره غيره")
    with pytest.raises(UndoConflictError, match="هيئة 0"):
        undo(first.id)
    assert Actor.objects.filter(country="المغرب", name__startswith="هيئة").count() == 205


def as_an_old_release_stored(text: str) -> str:
    """The text has a form's line ends, a control character and a byte order mark."""
    return "\ufeff" + text.replace("\n", "\r\n").replace(" ", "\x10 ", 1) + "\u202e"


def test_a_version_of_an_old_release_comes_back_clean(desk: Client, seed: Any) -> None:
    article = seed("000")
    title, body = article.title, article.body
    assert body.count("\n\n") > 2 and article.figures.exists() and article.mentions.exists()
    posted = form_of(desk, change("article", article)) | {
        "edit_body": "1",
        "body": f"استدراك من المحرر. {body}",
        "title": "عنوان جديد",
    }
    assert desk.post(change("article", article), posted).status_code == 302
    event = next(
        change
        for change in changes_of(article)
        if change.model == "article" and any(field.label == "النص" for field in change.fields)
    )
    # Writes past the gate and the triggers, as the row stood before they existed.
    with connection.cursor() as cursor:
        cursor.execute("SET session_replication_role TO replica")
        cursor.execute(
            f"UPDATE {Article.history.rel.related_model._meta.db_table} SET title = %s, body = %s WHERE pgh_id = %s",
            [as_an_old_release_stored(title), as_an_old_release_stored(body), event.event],
        )
        assert cursor.rowcount == 1
        cursor.execute("SET session_replication_role TO DEFAULT")
    page = reverse("admin:articles_article_history", args=[article.pk])
    assert "استعد" in desk.get(page).content.decode()
    answer = desk.post(page, {"restore": event.event}, follow=True)
    assert answer.status_code == 200
    restored = seed("000")
    assert (restored.title, restored.body) == (title, body)
    with connection.cursor() as cursor:
        cursor.execute("SELECT title, body FROM articles_article WHERE id = %s", [article.pk])
        assert cursor.fetchone() == (title, body)
    assert restored.figures.exists() and restored.mentions.exists()
    for figure in restored.figures.exclude(start=None):
        assert figure.quote == body[figure.start : figure.end]
    assert restored.figures.filter(start=None).count() == 0
    for mention in restored.mentions.all():
        assert mention.quotes == [body[start:end] for start, end in mention.spans]
    assert not check(settled=10**9).open
