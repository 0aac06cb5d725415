"""Makes example queries from names and titles in the archive. Most have results."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.utils.translation import gettext as _

from articles.arabic.stopwords import is_stop_word
from articles.arabic.words import words
from articles.models import Actor, Event


@dataclass(frozen=True)
class Example:
    """An example query.

    query: the query as a reader types it.
    finds: the description of its results.
    """

    query: str
    finds: str


def examples(actors: Iterable[Actor], events: Iterable[Event]) -> list[Example]:
    """Returns an example for each part of the query language for which there are enough names and titles."""
    names = [actor.name for actor in actors]
    titles = [title_words for event in events if len(title_words := _content_words(event.title)) >= 2]
    results: list[Example] = []
    if titles:
        results.append(Example(" ".join(titles[0][:2]), _("مقالات فيها الكلمتان، بأي رسم وصيغة")))
    long_names = [name for name in names if " " in name]
    if long_names:
        results.append(Example(f"«{long_names[0]}»", _("العبارة كما هي، وبالأسماء الأخرى لصاحبها")))
    if len(names) > 1:
        results.append(Example(f"{names[0]} أو {names[1]}", _("أحدهما")))
        results.append(Example(f"{names[0]} -{_word(names[1])}", _("الأول دون الثاني")))
    if titles:
        word = max(titles[0], key=len)
        results.append(Example(f"{word[: max(3, len(word) - 2)]}*", _("كل كلمة تبدأ هكذا")))
        results.append(Example(f"{titles[0][0]} NEAR/9 {titles[0][1]}", _("يبعد أحدهما عن الآخر تسع كلمات على الأكثر")))
    if names:
        results.append(Example(f"الفاعل:{_quoted(names[0])}", _("مقالات تذكره؛ ومثله العنوان: والحدث: والمصدر:")))
    first_day = next((event.start.earliest for event in events if event.start.earliest), None)
    if names and first_day:
        results.append(Example(f"{names[0]} من:{first_day.year}", _("نُشرت منذ هذه السنة أو يمكن أن تكون منها")))
    return results


def _content_words(title: str) -> list[str]:
    """Returns the words of a title that have more than three letters, letters only, and are no stop words."""
    return [
        title[word.start : word.end]
        for word in words(title)
        if len(word.folded) > 3 and word.folded.isalpha() and not is_stop_word(word.folded)
    ]


def _word(name: str) -> str:
    """Returns the last word of a name, usually the most specific one."""
    return name.split()[-1]


def _quoted(name: str) -> str:
    return f"«{name}»" if " " in name else name
