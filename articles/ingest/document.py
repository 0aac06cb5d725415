"""What every reader makes of its input: a document ready to be stored, and the error for input that makes none."""

from dataclasses import dataclass, field

from articles.arabic.dates import DateExpression
from articles.models.article import TitleOrigin


class UnreadableError(ValueError):
    """An input that cannot become an article; the message says what was expected and what was found."""


@dataclass(frozen=True)
class SetAside:
    """A line of the original that is not part of the article's text: its number from 1, what it is, and its words."""

    line: int
    kind: str
    text: str

    def as_dict(self) -> dict[str, object]:
        return {"line": self.line, "kind": self.kind, "text": self.text}


@dataclass(frozen=True)
class Document:
    """An article as a reader found it; `body` has paragraphs parted by a blank line, `marks` are candidate agency marks."""

    title: str
    title_origin: TitleOrigin
    body: str
    author: str = ""
    section: str = ""
    marks: tuple[str, ...] = ()
    stated_date: DateExpression | None = None
    url: str = ""
    language: str = "ar"
    set_aside: tuple[SetAside, ...] = field(default=())
