"""Builds the lines beside the text of the review screen: one for each fact, and one for the date of publication."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from articles.admin.decisions import CONFIRM, DATE, FACT_MODELS, REJECT, Seen, key_of
from articles.admin.review_queue import has_undecided_date
from articles.arabic.quoting import in_guillemets
from articles.curation.row_marks import row_mark, row_marks
from articles.models import Article, Figure, Reprint
from articles.site.words_for import archive_date, figure_value


@dataclass(frozen=True)
class ReviewItem:
    """One line beside the text: a fact, or the date of publication, with its state and its fields for a correction.

    key: the item's key, such as «figure-12»; «date» for the date of publication.
    noun: the model's name in lower case; «date» for the date of publication.
    label: the actor, event, figure, original or date that the item states.
    detail: the quotes of the fact, and other words that help to decide.
    row: the fact; the article for the date of publication.
    state: a value of ReviewState.
    score: how sure the rules are of the fact; None for the date of publication and for facts without a score.
    reviewer: the name of the editor who decided last; empty if nobody did.
    was: the version shown, as the form carries it (Seen).
    verdict: the choice that is marked: CONFIRM, REJECT or an empty string.
    values: the values of the correction's fields, by field name.
    refused: why the choice was not applied; empty if nothing was refused.
    """

    key: str
    noun: str
    label: str
    detail: str
    row: object
    state: str
    score: float | None
    reviewer: str
    was: str = ""
    verdict: str = ""
    values: Mapping[str, object] = field(default_factory=dict)
    refused: str = ""


def items_of(article: Article) -> list[ReviewItem]:
    """Returns the date of publication, then the coverage, mentions, figures and reprints of the article.

    Mentions and figures stand in the order of the text.
    """
    mentions = list(article.mentions.select_related("actor", "reviewed_by").filter(actor__merged_into=None))
    mentions.sort(key=lambda mention: (mention.spans or [[len(article.body)]])[0][0])
    figures = article.figures.select_related("measure", "event", "reviewed_by").order_by("start", "id")
    coverages = article.coverages.select_related("event", "reviewed_by").filter(event__merged_into=None).order_by("id")
    reprints = Reprint.objects.filter(article=article).select_related("original", "reviewed_by")
    waits = has_undecided_date(article)
    stated = "؛ ".join(in_guillemets(statement["quote"]) for statement in article.date_statements[:4])
    date = ReviewItem(
        DATE, DATE, archive_date(article.published), stated, article, "suggested" if waits else "confirmed", None, "",
        was=str(Seen("suggested" if waits else "confirmed", row_mark(article))),
        values={"value": "", "precision": article.published_precision},
    )  # fmt: skip
    details = [
        *((row, row.event.title, "فعالية جديدة مقترحة" if row.event.is_suggested else "") for row in coverages),
        *((row, str(row.actor), " · ".join(filter(None, [
            "، ".join(map(in_guillemets, dict.fromkeys(row.quotes))), row.role,
            "فاعل جديد مقترح" if row.actor.is_suggested else "",
        ]))) for row in mentions),
        *((row, f"{figure_value(row)} {row.unit}", " · ".join(filter(None, [in_guillemets(row.quote), str(row.measure or ""), row.scope])))
          for row in figures),
        *((row, row.original.title, "تكرار لنص وصل قبله") for row in reprints),
    ]  # fmt: skip
    row_marks_by_model: dict[type[Any], dict[int, int]] = {
        model: row_marks(row for row, _, _ in details if isinstance(row, model)) for model in FACT_MODELS.values()
    }
    return [date, *(_item(row, label, detail, row_marks_by_model[type(row)][row.pk]) for row, label, detail in details)]


def _item(row: Any, label: str, detail: str, seen_mark: int) -> ReviewItem:
    """Builds the item of a fact. `seen_mark` is its row mark (articles/curation/row_marks.py)."""
    reviewer = str(row.reviewed_by) if row.reviewed_by else ""
    verdict = {"confirmed": CONFIRM, "rejected": REJECT}.get(row.state, "")
    values: dict[str, object] = {}
    if isinstance(row, Figure):
        value, high = ("" if bound is None else f"{bound.normalize():f}" for bound in (row.value, row.value_high))
        values = {"value": value, "value_high": high, "qualifier": row.qualifier, "unit": row.unit,
                  "measure": str(row.measure_id or "")}  # fmt: skip
    return ReviewItem(
        key_of(row), row._meta.model_name, label, detail, row, row.state, row.score, reviewer,
        was=str(Seen(row.state, seen_mark)), verdict=verdict, values=values,
    )  # fmt: skip
