"""What a browser posts at the desk."""

from django.test import Client
from django.urls import reverse


def changelist(noun: str) -> str:
    """Returns the address of a noun's list."""
    return reverse(f"admin:articles_{noun}_changelist")


def act(desk: Client, noun: str, action: str, *rows: object, **fields: object) -> object:
    """Runs an action on the rows, confirmed as on its preview page."""
    posted = {"action": action, "_selected_action": [row.pk for row in rows], "asked": "1", "sure": "1"} | fields
    return desk.post(changelist(noun), posted, follow=True)


def form_of(desk: Client, address: str) -> dict:
    """Returns the fields that the form at `address` would post unchanged."""
    response = desk.get(address)
    context = response.context
    posted = dict(context["adminform"].form.initial.items())
    posted["_seen"] = context["seen"]
    for formset in context["inline_admin_formsets"]:
        inner = formset.formset
        prefix = inner.prefix
        posted |= {
            f"{prefix}-TOTAL_FORMS": len(inner.initial_forms),
            f"{prefix}-INITIAL_FORMS": len(inner.initial_forms),
        }
        for form in inner.initial_forms:
            posted |= {f"{form.prefix}-{name}": form[name].value() for name in form.fields}
    return {name: "" if value is None else value for name, value in posted.items()}
