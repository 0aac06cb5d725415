"""Triggers that keep the history of a table, as django-pghistory compiles them; used by migrations only.

The loader of migrations skips modules whose name begins with an underscore. The texts below must stay what
`makemigrations --check` compares them with: the triggers that the decorator of articles/models/history.py makes.
"""

import hashlib

from pgtrigger.compiler import Trigger, UpsertTriggerSql


def kept_history(model: str, columns: str, derived: bool = False) -> list[Trigger]:
    """Returns the three triggers that write a row's former values into the table of its model's events.

    `model` is the model's name as written in its class, `columns` the tracked columns, parted by spaces. `derived` says that
    the table also has columns without a history; an update of those alone writes nothing.
    """
    names = columns.split()
    changed = " OR ".join(f'OLD."{name}" IS DISTINCT FROM (NEW."{name}")' for name in names)
    by_a_person = "WHEN (current_setting('pghistory.context_metadata', true) LIKE '%\"user\": %')"
    return [
        _trigger(model, "insert", _write_event(model, names, "NEW", "insert"), condition=by_a_person),
        _trigger(
            model,
            "update",
            _write_event(model, names, "OLD", "update"),
            condition=f"WHEN ({changed if derived else 'OLD.* IS DISTINCT FROM NEW.*'})",
        ),
        _trigger(model, "delete", _write_event(model, names, "OLD", "delete")),
    ]


def append_only(model: str) -> list[Trigger]:
    """Returns the trigger by which rows of a table of events are neither changed nor deleted."""
    refusal = "RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;"
    return [_compiled(model, "append_only", func=refusal, operation="UPDATE OR DELETE", when="BEFORE")]


def _write_event(model: str, columns: list[str], row: str, label: str) -> str:
    values = {name: f'{row}."{name}"' for name in columns} | {
        "pgh_context_id": "_pgh_attach_context()",
        "pgh_created_at": "NOW()",
        "pgh_label": f"'{label}'",
        "pgh_obj_id": f'{row}."id"',
    }
    names = sorted(values)
    return (
        f'INSERT INTO "articles_{model.lower()}event" ({", ".join(f"{chr(34)}{name}{chr(34)}" for name in names)}) '
        f"VALUES ({', '.join(values[name] for name in names)}); RETURN NULL;"
    )


def _trigger(model: str, verb: str, func: str, **options: str) -> Trigger:
    return _compiled(model, f"{verb}_{verb}", func=func, operation=verb.upper(), when="AFTER", **options)


def _compiled(model: str, name: str, **options: str) -> Trigger:
    digest = hashlib.sha1(f"articles.{model}:{name}".encode(), usedforsecurity=False).hexdigest()[:5]
    sql = UpsertTriggerSql(pgid=f"pgtrigger_{name}_{digest}", table=f"articles_{model.lower()}", **options)
    return Trigger(name=name, sql=sql)
