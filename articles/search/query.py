"""The query language: what a reader types → a small tree of values that knows nothing of a database.

    «عبارة كاملة»  "phrase"  “phrase”      words side by side
    كلمة كلمة                              all of them
    أو   OR   |                            either
    -كلمة   NOT                            without
    إره*                                   words that begin so
    (…)                                    grouping

Nothing a person types is an error: what cannot be read as an operator is read as words, and a note says so.
"""

import re
import unicodedata
from dataclasses import dataclass

from articles.arabic.characters import with_ascii_digits
from articles.arabic.words import WORD

# Longer queries cost the database more than any reader gains; what exceeds this is cut and a note says so.
MOST_WORDS = 32
LONGEST_QUERY = 1000
DEEPEST_NESTING = 12


@dataclass(frozen=True)
class Term:
    """One word as typed; with `prefix` it stands for every word that begins so."""

    text: str
    prefix: bool = False


@dataclass(frozen=True)
class Phrase:
    terms: tuple[Term, ...]


@dataclass(frozen=True)
class And:
    parts: tuple["Node", ...]


@dataclass(frozen=True)
class Or:
    parts: tuple["Node", ...]


@dataclass(frozen=True)
class Not:
    part: "Node"


Node = Term | Phrase | And | Or | Not


@dataclass(frozen=True)
class Note:
    """Something about the query its writer should know; `position` is the code point it is about."""

    position: int
    message: str


@dataclass(frozen=True)
class ParsedQuery:
    """`tree` is None where nothing remains to look for."""

    text: str
    tree: Node | None
    notes: tuple[Note, ...] = ()


@dataclass(frozen=True)
class _Token:
    kind: str
    text: str
    position: int


_TOKEN = re.compile(
    r"(?P<quote>[\"“”„«»‟])"
    r"|(?P<open>\()|(?P<close>\))"
    r"|(?P<or>\|+|\bOR\b|(?<!\S)[أا]و(?!\S))"
    r"|(?P<and>&+|\bAND\b)"
    r"|(?P<not>(?<!\S)[-–−!](?=[^\s-])|\bNOT\b(?=\s+\S))"
    rf"|(?P<word>(?:{WORD.pattern}))(?P<star>\*)?"
)


def parse(text: str) -> ParsedQuery:
    """Reads a typed query. Never raises: unknown signs are passed over, unclosed quotes and brackets closed at the end."""
    text = unicodedata.normalize("NFKC", with_ascii_digits(text.replace("\x00", " ")))
    notes: list[Note] = []
    if len(text) > LONGEST_QUERY:
        notes.append(Note(LONGEST_QUERY, f"الاستعلام طويل؛ بُحث في أول {LONGEST_QUERY} حرف منه."))
        text = text[:LONGEST_QUERY]
    tokens = _within_bounds(_tokens(text), notes)
    tree = _Parser(tokens, notes).query()
    if tree is not None and not _asks_for_something(tree):
        notes.append(Note(0, "الاستبعاد وحده لا يكفي: اكتب كلمة تبحث عنها مع ما تستبعده."))
        tree = None
    return ParsedQuery(text, tree, tuple(notes))


def terms_of(node: Node | None, *, negated: bool = False) -> list[Term]:
    """The terms that a result should hold, in order; those under a Not are left out (or are all, with `negated`)."""
    match node:
        case Term():
            return [node]
        case Phrase(terms):
            return list(terms)
        case And(parts) | Or(parts):
            return [term for part in parts for term in terms_of(part, negated=negated)]
        case Not(part):
            return terms_of(part, negated=True) if negated else []
    return []


def _asks_for_something(node: Node) -> bool:
    match node:
        case Not():
            return False
        case And(parts):
            return any(_asks_for_something(part) for part in parts)
        case Or(parts):
            return all(_asks_for_something(part) for part in parts)
    return True


def _tokens(text: str) -> list[_Token]:
    tokens = []
    for match in _TOKEN.finditer(text):
        kind = match.lastgroup if match.lastgroup != "star" else "prefix"
        word = match["word"] if kind in {"word", "prefix"} else match[0]
        tokens.append(_Token(kind or "word", word, match.start()))
    return tokens


def _within_bounds(tokens: list[_Token], notes: list[Note]) -> list[_Token]:
    seen = 0
    for index, token in enumerate(tokens):
        seen += token.kind in {"word", "prefix"}
        if seen > MOST_WORDS:
            notes.append(Note(token.position, f"الاستعلام طويل؛ بُحث عن أول {MOST_WORDS} كلمة منه."))
            return tokens[:index]
    return tokens


class _Parser:
    """Recursive descent over the tokens: or-expressions of and-expressions of (negated) words, phrases and groups."""

    def __init__(self, tokens: list[_Token], notes: list[Note]) -> None:
        self.tokens = tokens
        self.notes = notes
        self.index = 0
        self.depth = 0

    def query(self) -> Node | None:
        parts: list[Node] = []
        while self.index < len(self.tokens):
            if node := self._either():
                parts.append(node)
            if self._peek("close"):
                self._note("قوس إغلاق بلا قوس فتح؛ تُجوهل.")
                self.index += 1
        return _all_of(parts)

    def _either(self) -> Node | None:
        parts = [self._all()]
        while self._peek("or"):
            self.index += 1
            parts.append(self._all())
        found = tuple(part for part in parts if part is not None)
        return Or(found) if len(found) > 1 else found[0] if found else None

    def _all(self) -> Node | None:
        parts: list[Node] = []
        while self.index < len(self.tokens) and not self._peek("or") and not self._peek("close"):
            if node := self._one():
                parts.append(node)
        return _all_of(parts)

    def _one(self) -> Node | None:
        token = self.tokens[self.index]
        self.index += 1
        match token.kind:
            case "word" | "prefix":
                return Term(token.text, prefix=token.kind == "prefix")
            case "quote":
                return self._phrase(token)
            case "open":
                return self._group(token)
            case "not":
                if self.index < len(self.tokens) and self.tokens[self.index].kind in {
                    "word",
                    "prefix",
                    "quote",
                    "open",
                }:
                    node = self._one()
                    return Not(node) if node else None
        return None

    def _phrase(self, opening: _Token) -> Node | None:
        terms = []
        while self.index < len(self.tokens) and not self._peek("quote"):
            token = self.tokens[self.index]
            if token.kind in {"word", "prefix", "or", "and"} and re.search(r"\w", token.text):
                terms.append(Term(token.text, prefix=token.kind == "prefix"))
            self.index += 1
        if self._peek("quote"):
            self.index += 1
        else:
            self.notes.append(Note(opening.position, "علامة تنصيص لم تُغلق؛ عُدت العبارة إلى آخر الاستعلام."))
        if len(terms) == 1:
            return terms[0]
        return Phrase(tuple(terms)) if terms else None

    def _group(self, opening: _Token) -> Node | None:
        if self.depth >= DEEPEST_NESTING:
            self._note("أقواس كثيرة متداخلة؛ تُجوهل بعضها.")
            return None
        self.depth += 1
        node = self._either()
        self.depth -= 1
        if self._peek("close"):
            self.index += 1
        else:
            self.notes.append(Note(opening.position, "قوس لم يُغلق؛ عُد مغلقا في آخر الاستعلام."))
        return node

    def _peek(self, kind: str) -> bool:
        return self.index < len(self.tokens) and self.tokens[self.index].kind == kind

    def _note(self, message: str) -> None:
        position = self.tokens[min(self.index, len(self.tokens) - 1)].position
        if all(note.message != message for note in self.notes):
            self.notes.append(Note(position, message))


def _all_of(parts: list[Node]) -> Node | None:
    flat = tuple(inner for part in parts for inner in (part.parts if isinstance(part, And) else (part,)))
    return And(flat) if len(flat) > 1 else flat[0] if flat else None
