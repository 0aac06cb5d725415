"""Explains the database's refusals to editors in Arabic, instead of the names of constraints.

The desk calls it wherever it reports that something was not stored. A constraint with a message of its own
(`violation_error_message`) has the same message here as in a form.
"""

from functools import cache

from django.apps import apps
from django.core.exceptions import ValidationError
from django.db import DatabaseError

# Messages of rules that triggers enforce (sql/0004_spans.sql), and of constraints that forms do not check.
_MESSAGES = {
    "figure_span_inside_body": "كلمات الرقم ليست في الموضع المسجل له من نص المقال.",
    "mention_span_inside_body": "كلمات الذكر ليست في المواضع المسجلة لها من نص المقال.",
    "mention_quote_per_span": "لكل موضع من مواضع الذكر كلماته.",
    "figure_once_per_span": "في المقال رقم آخر عند هذه الكلمات نفسها.",
    "mention_once_per_article": "هذا الفاعل مذكور في هذا المقال من قبل.",
    "coverage_once_per_article": "هذه الفعالية مربوطة بهذا المقال من قبل.",
    "participation_once_per_role": "هذا الفاعل مسجل في هذه الفعالية بهذا الدور من قبل.",
    "article_title_and_body": "للمقال عنوان ونص لا يخلوان.",
    "alias_has_letters": "ليس في الاسم حرف ولا رقم.",
    "reprint_of_another": "لا يكون المقال إعادة نشر لنفسه.",
}
# Messages by SQLSTATE (PostgreSQL's documentation, appendix A).
_BY_CODE = {
    "23502": "قيمة لازمة ناقصة.",
    "23503": "ما يشير إليه لم يعد موجودا، أو ما زال غيره مرتبطا به.",
    "23505": "توجد قيمة مثلها من قبل.",
    "22001": "نص أطول مما يتسع له الحقل.",
    "22003": "عدد أكبر مما يتسع له الحقل.",
}
_OTHERWISE = "هذه القيم لا تتفق مع قواعد الأرشيف."
_FAILED = "تعذر ذلك في قاعدة البيانات؛ أعد المحاولة بعد قليل."

_STOPPED = "استغرق ذلك أطول مما يُسمح به فأُوقف؛ اختر صفوفا أقل، أو أعد المحاولة بعد قليل."


def is_refusal(error: DatabaseError) -> bool:
    """Returns whether a rule of the archive refused a value or a change, as opposed to a failure of the database.

    The SQLSTATE decides: data exceptions (class 22), integrity constraint violations (class 23), and exceptions that
    triggers raise (P0001) are refusals.
    """
    code = getattr(error.__cause__, "sqlstate", None) or ""
    return code.startswith(("22", "23")) or code == "P0001"


def refusal_of(error: DatabaseError | ValidationError) -> str:
    """Returns the reason why something was not stored, in Arabic for an editor."""
    if isinstance(error, ValidationError):
        return "، ".join(error.messages)
    cause = error.__cause__
    if not is_refusal(error):
        return _STOPPED if getattr(cause, "sqlstate", None) == "57014" else _FAILED
    name = getattr(getattr(cause, "diag", None), "constraint_name", None) or ""
    return _messages_by_rule().get(name) or _BY_CODE.get(getattr(cause, "sqlstate", None) or "", _OTHERWISE)


@cache
def _messages_by_rule() -> dict[str, str]:
    """Maps the names of the rules that have a message to their messages."""
    messages = {
        constraint.name: str(constraint.violation_error_message)
        for model in apps.get_app_config("articles").get_models() for constraint in model._meta.constraints
        if constraint.violation_error_message != constraint.default_violation_error_message
    }  # fmt: skip
    return _MESSAGES | messages
