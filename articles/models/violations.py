"""Says in an editor's words which rule of the database a value broke; every page of the desk that stores something asks here."""

from django.apps import apps
from django.db import DatabaseError, models

# For rules whose model says nothing itself. By the name of the constraint.
_WORDS = {
    "source_one_name": "يوجد مصدر بهذا الاسم.",
    "mention_once_per_article": "هذا الفاعل مذكور في هذا المقال من قبل.",
    "coverage_once_per_article": "هذه الفعالية مربوطة بهذا المقال من قبل.",
    "figure_once_per_span": "رقم آخر محفوظ في الموضع نفسه من المقال.",
    "participation_once_per_role": "هذه المشاركة بهذا الدور محفوظة من قبل.",
    "article_one_url": "مقال آخر له هذا الرابط.",
    "alias_has_letters": "اكتب اسما فيه حرف أو رقم.",
    "reprint_of_another": "لا يكون المقال تكرارا لنفسه.",
}
_UNIQUE, _FOREIGN, _NOT_NULL = "23505", "23503", "23502"


def words_for(error: DatabaseError) -> str:
    """One Arabic sentence for an error of the database, without the name of a constraint or a table."""
    told = getattr(error.__cause__, "diag", None)
    name = getattr(told, "constraint_name", None) or ""
    if name in _WORDS:
        return _WORDS[name]
    constraint = _constraint(name)
    # Only a message that the model gives: Django's own holds the name of the constraint.
    if constraint is not None and constraint.violation_error_message != constraint.default_violation_error_message:
        return str(constraint.violation_error_message)
    code = getattr(told, "sqlstate", None) or ""
    noun = _noun(getattr(told, "table_name", None) or "")
    if code == _UNIQUE:
        return f"يوجد من قبل {noun} بهذه القيم."
    if code == _FOREIGN:
        return f"يرتبط بهذا غيره، أو زال ما يرتبط به ({noun})."
    if code == _NOT_NULL:
        return f"تنقص قيمة لازمة ({noun})."
    return f"قيم لا تصح معا ({noun})."


def _constraint(name: str) -> models.BaseConstraint | None:
    constraints = (one for model in apps.get_models() for one in model._meta.constraints)
    return next((one for one in constraints if one.name == name), None)


def _noun(table: str) -> str:
    names = (str(model._meta.verbose_name) for model in apps.get_models() if model._meta.db_table == table)
    return next(names, "صف")
