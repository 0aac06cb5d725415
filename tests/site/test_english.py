"""The English translation is complete: every text for readers is translated, and the compiled catalogue is current."""

import ast
import gettext
import re
from collections.abc import Iterator
from pathlib import Path

import polib
import pytest
from django.conf import settings
from django.test import Client

ROOT: Path = settings.BASE_DIR
CATALOGUE = ROOT / "articles" / "locale" / "en" / "LC_MESSAGES"
_TAG = re.compile(r'{% translate "([^"]+)"')
_BLOCK = re.compile(r"{% blocktranslate[^%]*%}(.*?){% endblocktranslate %}", re.S)


def arabic_texts() -> Iterator[str]:
    """Every Arabic text that templates and code mark for translation."""
    for path in (ROOT / "templates").rglob("*.html"):
        text = path.read_text(encoding="utf-8")
        yield from _TAG.findall(text)
        yield from (re.sub(r"{{ (\w+) }}", r"%(\1)s", block) for block in _BLOCK.findall(text))
    for path in (ROOT / "articles").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") in ("_", "gettext_noop"):
                yield from (argument.value for argument in node.args if isinstance(argument, ast.Constant))


def test_everything_that_is_told_is_translated() -> None:
    catalogue = {entry.msgid: entry.msgstr for entry in polib.pofile(str(CATALOGUE / "django.po")) if not entry.fuzzy}
    assert [text for text in arabic_texts() if not catalogue.get(text)] == []


def test_the_compiled_catalogue_is_of_today() -> None:
    with (CATALOGUE / "django.mo").open("rb") as file:
        compiled = gettext.GNUTranslations(file)
    for entry in polib.pofile(str(CATALOGUE / "django.po")):
        assert compiled.gettext(entry.msgid) == entry.msgstr
        assert set(re.findall(r"%\(\w+\)s", entry.msgid)) == set(re.findall(r"%\(\w+\)s", entry.msgstr)), entry.msgid


@pytest.mark.django_db
def test_each_language_names_its_twin(client: Client) -> None:
    arabic, english = (
        client.get("/events/?kind=conference").content.decode(),
        client.get("/en/events/?kind=conference").content.decode(),
    )
    assert (
        '<html lang="ar" dir="rtl"' in arabic
        and 'hreflang="en" href="http://testserver/en/events/?kind=conference"' in arabic
    )
    assert (
        '<html lang="en" dir="ltr"' in english
        and 'hreflang="ar" href="http://testserver/events/?kind=conference"' in english
    )
    assert "1 article" in english and "ministerial meeting" in english


@pytest.mark.django_db
def test_the_browsers_language_does_not_change_an_address(client: Client) -> None:
    assert 'lang="ar"' in client.get("/", headers={"accept-language": "en"}).content.decode()[:200]
