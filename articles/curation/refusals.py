"""What the database refuses, in Arabic: no constraint's name, which is for programmers, reaches an editor.

Called wherever the desk tells why something was not stored; a constraint that explains itself (`violation_error_message`) does so here
as in a form.
"""

from functools import cache

from django.apps import apps
from django.core.exceptions import ValidationError
from django.db import DatabaseError

# Rules that triggers hold (sql/0004_spans.sql), and constraints that forms never meet.
_WORDS = {
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
# By SQLSTATE (PostgreSQL's appendix A).
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
    """Whether the database refuses a value or a change by a rule of the archive, and is not itself at fault.

    By SQLSTATE: data exceptions (class 22), integrity constraints (class 23), and what a trigger raises (P0001).
    """
    code = getattr(error.__cause__, "sqlstate", None) or ""
    return code.startswith(("22", "23")) or code == "P0001"


def refusal_of(error: DatabaseError | ValidationError) -> str:
    """Why something was not stored, as one tells an editor."""
    if isinstance(error, ValidationError):
        return "، ".join(error.messages)
    cause = error.__cause__
    if not is_refusal(error):
        return _STOPPED if getattr(cause, "sqlstate", None) == "57014" else _FAILED
    name = getattr(getattr(cause, "diag", None), "constraint_name", None)
    return _explained().get(name) or _BY_CODE.get(getattr(cause, "sqlstate", None), _OTHERWISE)


@cache
def _explained() -> dict[str, str]:
    """The name of every rule of which more can be said than that it was broken."""
    own = {
        constraint.name: str(constraint.violation_error_message)
        for model in apps.get_app_config("articles").get_models() for constraint in model._meta.constraints
        if constraint.violation_error_message != constraint.default_violation_error_message
    }  # fmt: skip
    return _WORDS | own
