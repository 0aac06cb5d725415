"""Every rule that suggests a fact has a name for editors, and no list, form or history shows its code."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from articles.models import Actor, Coverage, Figure, Mention
from articles.models.rules import AGREED, RULES, SAME, rule_name

ROOM = Path(__file__).parents[2] / "articles"
CODE = re.compile(r"(?:actor|person|body|event|figure|coverage|reprint|contradiction|mention|alias)\.[a-z_]+")


def codes() -> Iterator[str]:
    """Returns the rule codes that occur in the sources."""
    for path in [*(ROOM / "extract").glob("*.py"), *(ROOM / "models").glob("*.py")]:
        if path.name != "rules.py":
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                if isinstance(node, ast.Constant) and isinstance(node.value, str) and CODE.fullmatch(node.value):
                    yield node.value


def test_every_rule_has_a_name() -> None:
    written = set(codes())
    assert len(written) > 12 and written - set(RULES) == set()
    assert set(RULES) - written == set(), "a name for what no rule is called"
    assert not [name for name in [*RULES.values(), *AGREED.values()] if re.search("[A-Za-z_]", name)]


@pytest.mark.parametrize("code", ["event.same_kind_words_date", "event.same_place", "event.same_actors"])
def test_what_agreed_of_a_known_event_is_named(code: str) -> None:
    assert rule_name(code).startswith("فعالية معروفة") and not re.search("[a-z]", rule_name(code))
    assert (
        rule_name("") == ""
        and rule_name("event.of_old") == "event.of_old"
        and rule_name(f"{SAME}moon") == f"{SAME}moon"
    )


@pytest.mark.django_db
def test_lists_forms_and_history_show_no_code(senior: Client, seed: Any) -> None:
    article = seed("000")
    figure = article.figures.first()
    Figure.objects.filter(pk=figure.pk).update(rule="figure.percent")
    Figure.objects.filter(pk=figure.pk).update(rule="figure.currency")
    pages = [reverse(f"admin:articles_{model._meta.model_name}_changelist") for model in (Figure, Mention, Coverage)]
    pages += [
        reverse("admin:articles_article_change", args=[article.pk]), reverse("admin:articles_figure_change", args=[figure.pk]),
        reverse("admin:articles_figure_history", args=[figure.pk]),
        reverse("admin:articles_event_change", args=[Coverage.objects.first().event_id]),
        *(reverse(f"admin:articles_{model._meta.model_name}_change", args=[model.objects.first().pk])
          for model in (Mention, Coverage, Actor)),
    ]  # fmt: skip
    shown = {address: senior.get(address).content.decode() for address in pages}
    codes_of = {address: [code for code in (*RULES, SAME) if code in page] for address, page in shown.items()}
    assert {address: codes for address, codes in codes_of.items() if codes} == {}
    assert not [address for address, page in shown.items() if 'name="rule"' in page]
    assert "اسم معروف في الأرشيف" in shown[pages[1]] and "نسبة مئوية" in shown[pages[5]]
