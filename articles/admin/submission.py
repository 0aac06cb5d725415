"""Applies what an editor sent from the review screen to one article, and says what became of it.

The review screen (review_screen.py) reads the request, calls `apply`, and answers with the result. Nothing here knows of
requests.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from django.contrib.auth.models import User
from django.db import transaction
from django.utils import timezone

from articles.admin.adding import AddForm, add
from articles.admin.decisions import CONFIRM, DATE, MARK_MISSING, REJECT, Outcome, Seen, choices, decide, key_of
from articles.admin.narrowing import narrow
from articles.admin.review_queue import waiting_of
from articles.curation.row_marks import overtaken
from articles.models import Alias, Article
from articles.models.history import operation
from articles.models.keys import read_key
from articles.site.words_for import counted, number

# A value of `rest`, besides CONFIRM and REJECT: the open suggestions and the article itself go on waiting for a review.
LEAVE = "leave"
# The value of `skip` that skips an article although the page holds unsaved input.
ANYWAY = "anyway"
# An article is not closed if another editor changed one of these fields since the page was opened.
_CLOSED_BY = ("title", "body", "status", "checked_at", "merged_into")


@dataclass(frozen=True)
class Submission:
    """What an editor sent from the review screen.

    editor: the user who sent it, and may review.
    posted: the values of the form, by name.

    The names, where KEY is the kind and the number of an item, such as «mention-7», or «date»:

    was-KEY, was-article: the version that the page showed («state@row mark»).
    verdict-KEY: the decision about the item.
    value-KEY, date-value and others of their kind: a correction of the item.
    done, rest: the article is reviewed; the verdict on all open items, or LEAVE.
    add, kind, quote, name and others of AddForm: a fact to add.
    skip, take, narrow, reject_others: the buttons that store no other input.
    """

    editor: User
    posted: Mapping[str, str]

    @property
    def stores_no_input(self) -> bool:
        """Returns whether a button was pressed that stores no input of the page: it skips, assigns,
        or narrows a name.
        """
        return bool({"narrow", "take", "skip"} & set(self.posted))


@dataclass
class Answer:
    """What became of a submission.

    outcome: the decisions that were applied or refused.
    form: the form for an added fact, with its errors.
    is_closed: whether the article was marked as reviewed.
    is_left: whether the editor goes on to the next article without a review of this one.
    asks: whether the page must ask what to do with the open suggestions.
    unsent: the keys of the items whose input is not stored; «add» stands for the form of an added fact.
    messages: what was done, in sentences for the editor.
    """

    outcome: Outcome
    form: AddForm
    is_closed: bool = False
    is_left: bool = False
    asks: bool = False
    unsent: frozenset[str] = frozenset()
    messages: list[str] = field(default_factory=list)

    @property
    def goes_on(self) -> bool:
        """Returns whether the editor goes on to the next article."""
        return self.is_closed or self.is_left

    @property
    def is_held(self) -> bool:
        """Returns whether the page is shown again with the editor's input, because some of it is not stored."""
        return bool(self.outcome.refused or self.form.is_bound or self.asks or self.unsent)


def apply(article_pk: int, submission: Submission) -> Answer:
    """Applies a submission in one operation, with the article locked.

    Raises Article.DoesNotExist, and Alias.DoesNotExist for a name to narrow that is gone.
    """
    with transaction.atomic(), operation(what="مراجعة مقال"):
        articles = Article.objects.select_for_update(of=("self",)).select_related("source", "assigned_to")
        article = articles.get(pk=article_pk)
        return _apply_button(article, submission) if submission.stores_no_input else _store(article, submission)


def _apply_button(article: Article, submission: Submission) -> Answer:
    """Skips or assigns the article, or narrows a name. These buttons store no other input of the page."""
    posted, editor = submission.posted, submission.editor
    unsent = {choice.key for choice in choices(article, posted) if choice.is_unsent}
    if AddForm.is_filled(posted):
        unsent.add("add")
    answer = Answer(Outcome(), AddForm(article=article), unsent=frozenset(unsent))
    if "narrow" in posted:
        alias = Alias.objects.get(pk=read_key(posted["narrow"]) or 0)
        count = narrow(alias, editor, reject_others="reject_others" in posted)
        answer.messages.append(f"لن يُقترح «{alias.name}» في النصوص بعد الآن. رُفض من المقترح به: {number(count)}.")
    elif "take" in posted:
        if refusal := _conflict(article, submission, ("assigned_to",)):
            answer.outcome.refused["article"] = refusal
        else:
            Article.objects.filter(pk=article.pk).update(assigned_to=editor)
    elif unsent and posted["skip"] != ANYWAY:
        answer.outcome.refused["article"] = "كتبت ما لم يُحفظ، وهو باق أدناه. احفظه، أو تخطَّ المقال واترك ما كتبته."
    else:
        answer.is_left, answer.unsent = True, frozenset()
    return answer


def _store(article: Article, submission: Submission) -> Answer:
    """Stores the decisions and the added fact. Then closes the article, if `done` was sent and nothing was refused."""
    posted, editor = submission.posted, submission.editor
    answer = Answer(decide(article, posted, editor), AddForm(article=article))
    if "add" in posted or AddForm.is_filled(posted):
        form = AddForm(posted, article=article)
        if form.is_valid() and (added := add(article, form, editor)):
            answer.outcome.added.append(key_of(added))
            answer.messages.append("أضيف إلى المقال.")
        else:
            answer.form = form
    if not posted.get("done") or answer.is_held:
        return answer
    verdict_on_rest = posted.get("rest", "")
    if refusal := _conflict(article, submission, _CLOSED_BY):
        answer.outcome.refused["article"] = refusal
    elif verdict_on_rest == LEAVE:
        answer.is_left = True
    # A date cannot be rejected with the rest, so it does not keep the article open.
    elif waiting_of(article, but_the_date=verdict_on_rest == REJECT):
        answer.asks = True
    else:
        Article.objects.filter(pk=article.pk).update(checked_at=timezone.now(), checked_by=editor)
        answer.is_closed = True
        if verdict_on_rest in _OF_ALL:
            answer.messages.append(f"«{article}»: {decided_in_words(verdict_on_rest, answer.outcome.of_the_rest)}")
    return answer


# The verb for a verdict on several items at once.
_OF_ALL = {CONFIRM: "أُكّد", REJECT: "رُفض"}
_KIND_NOUNS = {"mention": "actor", "figure": "figure", "coverage": "event", "reprint": "reprint"}


def decided_in_words(verdict: str, keys: Iterable[str]) -> str:
    """Says in a sentence which verdict, CONFIRM or REJECT, was given on the items with these keys, by kind."""
    return f"{_OF_ALL[verdict]} {_counted_by_kind(keys)}."


def _counted_by_kind(keys: Iterable[str]) -> str:
    """Counts the items of each noun, in words: «فاعلان، 3 أرقام، تاريخ النشر»."""
    counts = Counter(key.split("-")[0] for key in keys)
    counts_in_words = [counted(counts[noun], name) for noun, name in _KIND_NOUNS.items() if counts[noun]]
    return "، ".join([*counts_in_words, *(["تاريخ النشر"] if counts[DATE] else [])]) or "لا شيء"


def _conflict(article: Article, submission: Submission, fields: tuple[str, ...]) -> str:
    """Says which editor changed one of `fields` of the article since the page was opened, and to what.

    Returns an empty string if nobody did, and MARK_MISSING if the form does not say which version it showed.
    """
    seen = Seen.of(submission.posted.get("was-article", ""))
    if seen.mark is None:
        return MARK_MISSING
    return str(overtaken(article, seen.mark, submission.editor, fields) or "")
