"""A review submission is applied without an HTTP request, and its result says what became of each decision."""

import ast
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from django.contrib.auth.models import User

from articles.admin import adding, decisions, narrowing, review_items, review_queue, submission
from articles.admin.decisions import Seen
from articles.admin.submission import Submission, apply
from articles.curation.row_marks import row_mark
from articles.models import Alias, Article
from tests.admin.conftest import account

pytestmark = pytest.mark.django_db


@pytest.fixture
def editor(roles: None) -> User:
    """An editor's account."""
    return account("muharrir", "محررون")


def shown(article: Article) -> dict[str, str]:
    """Returns the marks of the article and of its facts, as the page carries them."""
    rows = [*article.mentions.all(), *article.figures.all(), *article.coverages.all()]
    marks = {f"was-{row._meta.model_name}-{row.pk}": str(Seen(row.state, row_mark(row))) for row in rows}
    return {**marks, "was-article": str(Seen("", row_mark(article)))}


def test_an_article_with_open_suggestions_is_closed_with_an_answer_for_the_rest(editor: User, seed: Any) -> None:
    article = seed("000")
    held = apply(article.pk, Submission(editor, {**shown(article), "done": "1"}))
    assert held.asks and held.is_held and not held.goes_on
    closed = apply(article.pk, Submission(editor, {**shown(article), "done": "1", "rest": "reject"}))
    assert closed.is_closed and closed.goes_on and seed("000").checked_by == editor
    assert closed.messages and closed.messages[0].startswith(f"«{article}»: رُفض ")
    assert {figure.state for figure in article.figures.all()} == {"rejected"}


def test_skipping_is_refused_while_the_page_holds_unsaved_input(editor: User, seed: Any) -> None:
    article = seed("000")
    figure = article.figures.order_by("id").first()
    sent = {**shown(article), f"verdict-figure-{figure.pk}": "confirm", "skip": "1"}
    refused = apply(article.pk, Submission(editor, sent))
    assert "article" in refused.outcome.refused and refused.unsent == {f"figure-{figure.pk}"} and not refused.goes_on
    left = apply(article.pk, Submission(editor, {**sent, "skip": "anyway"}))
    assert left.is_left and left.unsent == frozenset()
    figure.refresh_from_db()
    assert figure.state == "suggested"


def test_only_a_name_that_exists_is_narrowed(editor: User, seed: Any) -> None:
    article = seed("000")
    alias = Alias.objects.filter(found_in_text=True).first()
    for key in ("0", str(10**30), "اسم"):
        with pytest.raises(Alias.DoesNotExist):
            apply(article.pk, Submission(editor, {"narrow": key}))
    answer = apply(article.pk, Submission(editor, {"narrow": str(alias.pk)}))
    alias.refresh_from_db()
    assert not alias.found_in_text and alias.name in answer.messages[0]


@pytest.mark.parametrize("module", [adding, decisions, narrowing, review_items, review_queue, submission])
def test_what_decides_knows_of_no_request_and_no_page(module: ModuleType) -> None:
    tree = ast.parse(Path(module.__file__).read_text(encoding="utf-8"))
    sources = {node.module for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    assert not {"django.http", "django.contrib", "django.shortcuts", "articles.admin.review_screen"} & sources
