"""Rows that a test commits are gone when the next test begins."""

import pytest
from django.contrib.auth.models import User

from articles.models import Actor, Article, Mention, Source
from tests.kept_rows import KeptRows

pytestmark = pytest.mark.django_db


def test_every_change_is_put_back_and_none_leaves_a_trace() -> None:
    stored_rows = KeptRows()
    before = {model: sorted(model.objects.values_list(), key=repr) for model in (Article, Actor, Mention, Source)}
    User.objects.create_user("abir")
    Source.objects.create(name="صحيفة عابرة", kind="site")
    Actor.objects.update(description="وصف عابر")
    Mention.objects.all().delete()
    stored_rows.put_back()
    assert {model: sorted(model.objects.values_list(), key=repr) for model in before} == before
    assert not User.objects.filter(username="abir").exists()
    # All other tables are unchanged, including histories.
    assert KeptRows() == stored_rows
