"""`check_archive --repair` mends a damaged body and keeps every span: spans bound the same words after the repair as
before the damage.
"""

import tomllib
import unicodedata
from collections.abc import Callable
from io import StringIO
from itertools import accumulate
from pathlib import Path

import pytest
from django.core.management import call_command
from django.db import connection

from articles.arabic.text_gate import clean_text
from articles.extract.authority import Authority
from articles.extract.process import suggest
from articles.models import Actor, Article
from tests.old_archive import before_the_rules

PASSAGES = Path(__file__).parents[1] / "extract" / "labelled" / "passages.toml"
Damage = Callable[[str, int], str]


def ligature(text: str, at: int) -> str:
    """Returns what replaces the letter at `at`: «لا» becomes its single presentation form, which stands for both
    letters.
    """
    if text[at : at + 2] == "لا":
        return "\ufefb"
    return "" if text[at] == "ا" and text[at - 1 : at] == "ل" else text[at]


DAMAGES: dict[str, Damage] = {
    "CRLF": lambda text, at: text[at].replace("\n", "\r\n"),
    "a mark at the start": lambda text, at: ("" if at else "\ufeff") + text[at],
    "tabs": lambda text, at: text[at].replace(" ", "\t"),
    "a mark of direction behind every letter": lambda text, at: text[at] + "\u202b" * text[at].isalpha(),
    "a mark of direction inside words": lambda text, at: text[at] + "\u202a" * (text[at].isalpha() and at % 3 == 0),
    "letters taken apart": lambda text, at: unicodedata.normalize("NFD", text[at]),
    "doubled blank lines": lambda text, at: text[at].replace("\n", "\n\n"),
    "soft hyphens": lambda text, at: text[at] + "\u00ad" * text[at].isalpha(),
    "a control character before every word": lambda text, at: "\x10" * (text[at - 1 : at] == " ") + text[at],
    "ligatures": ligature,
}


@pytest.fixture
def articles(make_article: Callable[..., Article]) -> list[Article]:
    """The fixtures' five articles and five more of eight passages each, with all facts that the rules find in them."""
    passages = [passage["body"].strip() for passage in tomllib.loads(PASSAGES.read_text("utf-8"))["passage"]]
    for number in range(5):
        article = make_article(
            f"خبر من فقرات {number}", "\n\n".join(passages[number * 8 : number * 8 + 8]), title_origin="editor"
        )
        suggest(article, Authority.load())
    return list(Article.objects.order_by("id"))


def spans() -> dict[str, list[object]]:
    """Returns every span of every fact, with the words that it bounds."""
    facts: dict[str, list[object]] = {}
    for article in Article.objects.order_by("id"):
        for figure in article.figures.exclude(start=None):
            facts[f"figure {figure.pk}"] = [(figure.start, figure.end), article.body[figure.start : figure.end]]
        for mention in article.mentions.all():
            facts[f"mention {mention.pk}"] = [(start, end, article.body[start:end]) for start, end in mention.spans]
    return facts


def spoil(article: Article, damage: Damage) -> int:
    """Writes a damaged body and its spans past the gate. Returns how many spans no longer bound their words."""
    body = article.body
    parts = [damage(body, at) for at in range(len(body))]
    place = [0, *accumulate(map(len, parts))]
    spoilt, cut = "".join(parts), 0
    with connection.cursor() as cursor:
        cursor.execute("SET session_replication_role TO replica")
        cursor.execute("UPDATE articles_article SET body = %s WHERE id = %s", [spoilt, article.pk])
        figures = list(article.figures.exclude(start=None))
        # No two figures may have the same span, not even meanwhile.
        cursor.execute('UPDATE articles_figure SET start = NULL, "end" = NULL WHERE article_id = %s', [article.pk])
        for figure in figures:
            start, end = place[figure.start], place[figure.end]
            cut += clean_text(spoilt[start:end]) != figure.quote
            values = [start, end, spoilt[start:end], figure.pk]
            cursor.execute('UPDATE articles_figure SET start = %s, "end" = %s, quote = %s WHERE id = %s', values)
        for mention in article.mentions.all():
            moved = [[place[start], place[end]] for start, end in mention.spans]
            quotes = [spoilt[start:end] for start, end in moved]
            cut += sum(clean_text(quote) != old for quote, old in zip(quotes, mention.quotes, strict=True))
            cursor.execute(
                "UPDATE articles_mention SET spans = %s, quotes = %s WHERE id = %s", [moved, quotes, mention.pk]
            )
        cursor.execute("SET session_replication_role TO DEFAULT")
    return cut


def test_every_span_names_its_words_after_the_repair(articles: list[Article]) -> None:
    bodies, whole = [article.body for article in articles], spans()
    assert sum(map(len, whole.values())) > 150
    assert any(
        body[start - 1 : start] in {"و", "ل", "ب", "ف", "ك"}
        for article, body in zip(articles, bodies, strict=True)
        for mention in article.mentions.all()
        for start, _ in mention.spans
    )
    for name, damage in DAMAGES.items():
        for article in articles:
            article.refresh_from_db()
            # A ligature may hide the beginning of a name inside it.
            assert name == "ligatures" or spoil(article, damage) == 0, name
        if name == "ligatures":
            assert sum(spoil(article, damage) for article in articles) < 10
        call_command("check_archive", "--without-digests", "--repair", verbosity=0)
        assert [article.body for article in Article.objects.order_by("id")] == bodies, name
        now = spans()
        lost = {fact: (was, now.get(fact)) for fact, was in whole.items() if now.get(fact) != was}
        assert name == "ligatures" or not lost, (name, lost)
        assert len(lost) < 10, (name, lost)


DATES = "published_date, published_earliest, published_latest"


def stored(article: Article, columns: str) -> tuple:
    """Returns the stored values of an article's columns."""
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {columns} FROM articles_article WHERE id = %s", [article.pk])
        return cursor.fetchone()


def as_written(columns: str) -> str:
    """Returns the columns as SQL that reads their values as text."""
    return ", ".join(f"{column}::text" for column in columns.split(", "))


def repaired() -> tuple[int, list[str]]:
    """Runs a repair and returns its exit status and its lines."""
    err = StringIO()
    try:
        call_command("check_archive", "--repair", "--settled", "1000000000", stdout=StringIO(), stderr=err)
    except SystemExit as stop:
        return stop.code, err.getvalue().splitlines()
    return 0, err.getvalue().splitlines()


def write_around_rules(article: Article, **columns: object) -> None:
    """Writes columns with triggers switched off; the rules that are NOT VALID apply to later writes."""
    with before_the_rules(), connection.cursor() as cursor:
        cursor.execute("SET session_replication_role TO replica")
        assignments = ", ".join(f"{column} = %s" for column in columns)
        cursor.execute(f"UPDATE articles_article SET {assignments} WHERE id = %s", [*columns.values(), article.pk])
        cursor.execute("SET session_replication_role TO origin")


@pytest.mark.parametrize("day", ["infinity", "-infinity", "0044-03-15 BC"])
def test_a_repair_leaves_a_row_that_a_rule_refuses_and_says_why(make_article: Callable[..., Article], day: str) -> None:
    article = make_article("خبر قديم", "نص الخبر القديم.", title_origin="editor")
    precise = dict.fromkeys(DATES.split(", "), day)
    write_around_rules(article, body="\ufeffنص الخبر القديم.", published_precision="day", **precise)
    before = stored(article, as_written(f"{DATES}, body"))
    status, lines = repaired()
    assert stored(article, as_written(f"{DATES}, body")) == before and status == 1
    (line,) = [line for line in lines if line.startswith(f"text: article {article.pk}:")]
    assert "cannot be repaired" in line and "in_calendar" in line and "(repaired)" not in line
    (line,) = [line for line in lines if line.startswith("date: articles_article ")]
    assert "None" not in line and day in line


def test_a_repair_writes_no_column_that_it_does_not_mend(make_article: Callable[..., Article]) -> None:
    """Python reads stand-ins for the values of these columns, and no constraint checks the values."""
    article = make_article("خبر قديم", "نص الخبر القديم.", title_origin="editor")
    write_around_rules(article, body="\ufeffنص الخبر القديم.", set_aside='"text"', date_statements='{"a": 1}')
    # One constraint is missing, as if an operator had dropped it: saving the whole row would write the stand-in.
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("ALTER TABLE articles_article DROP CONSTRAINT article_checked_at_in_calendar")
        cursor.execute("UPDATE articles_article SET checked_at = 'infinity' WHERE id = %s", [article.pk])
    columns = as_written(f"{DATES}, set_aside, date_statements, checked_at, created_at, title, status")
    before = stored(article, columns)
    _, lines = repaired()
    assert [line for line in lines if line.startswith(f"text: article {article.pk}:") and line.endswith("(repaired)")]
    assert stored(article, columns) == before and stored(article, "body") == ("نص الخبر القديم.",)


def test_a_repaired_name_is_found_by_its_folded_form(db: None) -> None:
    actor = Actor.objects.create(name="هيئة الموانئ", kind="civil")
    with connection.cursor() as cursor:
        name = "هيئة\u200b الموانئ\u202c"
        cursor.execute("UPDATE articles_actor SET name = %s, folded_name = %s WHERE id = %s", [name, "غيره", actor.pk])
    folded = actor.folded_name
    repaired()
    actor.refresh_from_db()
    assert (actor.name, actor.folded_name) == ("هيئة الموانئ", folded)
