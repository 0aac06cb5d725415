"""No date enters that Python can't hold, and no row is merged into itself.

The rules are NOT VALID: they hold for what is written from now on, so that an archive with such rows is put forward, too.
`check_archive` names the rows. Changes of a row that breaks a rule are refused until it is mended.
"""

from collections.abc import Iterator
from datetime import UTC, date, datetime

from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.operations.base import Operation
from django.db.migrations.state import ProjectState

DAYS = date(1, 1, 3), date(9998, 12, 31)
MOMENTS = datetime(1, 1, 3, tzinfo=UTC), datetime(9998, 12, 31, tzinfo=UTC)
# By model: what its rules are named after, and its columns of days and of moments.
COLUMNS = {
    "actor": ("actor", "", "reviewed_at"),
    "apart": ("apart", "", "said_at"),
    "article": ("article", "published_date published_earliest published_latest", "checked_at created_at updated_at"),
    "authorityentry": ("authority_entry", "", "applied_at"),
    "capture": ("capture", "", "captured_at decided_at"),
    "claim": ("claim", "", "since renewed_at"),
    "contradiction": ("contradiction", "", "reviewed_at found_at"),
    "coverage": ("coverage", "", "reviewed_at"),
    "delivery": ("delivery", "", "brought_at started_at finished_at settled_at"),
    "event": ("event", "start_date start_earliest start_latest end_date end_earliest end_latest", "reviewed_at"),
    "figure": ("figure", "period_start period_end", "reviewed_at"),
    "heartbeat": ("heartbeat", "", "started_at beat_at"),
    "mention": ("mention", "", "reviewed_at"),
    "nightlyrun": ("nightly", "", "started_at finished_at"),
    "participation": ("participation", "", "reviewed_at"),
    "reprint": ("reprint", "", "reviewed_at"),
}


def in_calendar(name: str, column: str, bounds: tuple[date, date]) -> models.CheckConstraint:
    return models.CheckConstraint(
        condition=models.Q((f"{column}__range", bounds)),
        name=f"{name}_{column}_in_calendar",
        violation_error_message="تاريخ لا يحفظه الأرشيف: يقبل ما بين السنة 1 والسنة 9998.",
    )


def not_into_itself(model: str) -> models.CheckConstraint:
    return models.CheckConstraint(
        condition=models.Q(("merged_into", models.F("id")), _negated=True),
        name=f"{model}_not_into_itself",
        violation_error_message="لا يُدمج شيء في نفسه.",
    )


def rules() -> Iterator[tuple[str, models.CheckConstraint]]:
    """Yields (model, rule) for every rule."""
    for model, (name, days, moments) in COLUMNS.items():
        for columns, bounds in ((days, DAYS), (moments, MOMENTS)):
            yield from ((model, in_calendar(name, column, bounds)) for column in columns.split())
    for model in ("actor", "article", "event", "source"):
        yield model, not_into_itself(model)


class AddRules(Operation):
    """Adds all rules, as AddConstraintNotValid adds one.

    Django copies its picture of all models for every operation. For 41 operations that takes 4 seconds.
    """

    reversible = True

    def state_forwards(self, app_label: str, state: ProjectState) -> None:
        changed = set()
        for model, rule in rules():
            options = state.models[app_label, model].options
            options["constraints"] = [*options.get("constraints", ()), rule]
            changed.add((app_label, model))
        state.reload_models(changed, delay=True)

    def database_forwards(
        self, app_label: str, schema_editor: BaseDatabaseSchemaEditor, from_state: ProjectState, to_state: ProjectState
    ) -> None:
        for name, rule in rules():
            model = to_state.apps.get_model(app_label, name)
            schema_editor.execute(f"{rule.create_sql(model, schema_editor)} NOT VALID", params=None)

    def database_backwards(
        self, app_label: str, schema_editor: BaseDatabaseSchemaEditor, from_state: ProjectState, to_state: ProjectState
    ) -> None:
        for name, rule in rules():
            schema_editor.remove_constraint(to_state.apps.get_model(app_label, name), rule)

    def describe(self) -> str:
        return "Add the rules of the calendar and of merging"


class Migration(migrations.Migration):
    dependencies = [("articles", "0005_withheld_provenance_claims")]
    operations = [AddRules()]
