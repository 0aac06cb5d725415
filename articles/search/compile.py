"""A query tree → what the database is asked: one tsquery to match, and the concepts to rank and highlight by."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from articles.arabic.stopwords import is_stop_word
from articles.arabic.words import words
from articles.search.aliases import NamedActor, named_actors
from articles.search.lexemes import Lexemes, lexemes_of, quoted
from articles.search.query import And, Node, Not, Or, ParsedQuery, Phrase, Term, terms_of


@dataclass(frozen=True)
class Concept:
    """One thing the reader looks for: a tsquery to rank by, and the runs of lexemes to highlight (a `*` ends a prefix)."""

    tsquery: str
    runs: tuple[Lexemes, ...]

    @property
    def lexeme(self) -> str:
        """The lexeme of a concept that is one plain word, else an empty string."""
        single = len(self.runs) == 1 and len(self.runs[0]) == 1 and not self.runs[0][0].endswith("*")
        return self.runs[0][0] if single else ""


@dataclass(frozen=True)
class CompiledQuery:
    """`every` matches articles with all that was asked; `concepts` are what to rank and mark by, in order.

    `loose_concepts` take phrases apart too: what to look for where too few articles have all. Empty where something is
    excluded or only one thing is asked.
    """

    every: str
    concepts: tuple[Concept, ...]
    loose_concepts: tuple[Concept, ...]
    widened: tuple[NamedActor, ...]


def compile_query(query: ParsedQuery, *, widen: bool = True) -> CompiledQuery | None:
    """The database's side of a parsed query, or None where it has no word that the index could hold.

    With `widen`, a run of words that names an actor also matches the actor's other names, as phrases.
    """
    if query.tree is None:
        return None
    typed = terms_of(query.tree, negated=True)
    widened = _named(query.tree) if widen else {}
    other_names = [name for found in widened.values() for actor in found for name in actor.names]
    lexemes = lexemes_of([term.text for term in typed] + [text for name in other_names for text in _written(name)])
    compiler = _Compiler(lexemes, widened)
    every = compiler.tsquery(query.tree)
    concepts = compiler.concepts(query.tree)
    if not every or not concepts:
        return None
    loose = () if _excludes(query.tree) else compiler.concepts(query.tree, apart=True)
    return CompiledQuery(
        every, concepts, loose if len(loose) > 1 else (), tuple(actor for found in widened.values() for actor in found)
    )


def _written(name: str) -> list[str]:
    return [name[word.start : word.end] for word in words(name)]


# Where an actor is named: the node (an And of words, a Phrase or a Term) and the run of its parts.
Place = tuple[int, int, int]


def _named(tree: Node) -> dict[Place, list[NamedActor]]:
    found: dict[Place, list[NamedActor]] = {}
    for sequence in _sequences(tree):
        terms = list(sequence)
        for actor in named_actors([term.text for term in terms]):
            found.setdefault((id(terms[actor.first]), actor.first, actor.last), []).append(actor)
    return found


def _sequences(node: Node) -> list[Sequence[Term]]:
    """The runs of words in which a name can stand: words side by side, or a phrase."""
    match node:
        case Term(prefix=False):
            return [(node,)]
        case Phrase(terms):
            return [terms]
        case Or(parts):
            return [sequence for part in parts for sequence in _sequences(part)]
        case And(parts):
            sequences: list[Sequence[Term]] = []
            run: list[Term] = []
            for part in (*parts, None):
                if isinstance(part, Term) and not part.prefix:
                    run.append(part)
                    continue
                if run:
                    sequences.append(tuple(run))
                    run = []
                if part is not None:
                    sequences += _sequences(part)
            return sequences
    return []


class _Compiler:
    def __init__(self, lexemes: Mapping[str, Lexemes], named: Mapping[Place, list[NamedActor]]) -> None:
        self.lexemes = lexemes
        self.by_first_term = {place[0]: (place[2] - place[1], actors) for place, actors in named.items()}

    def tsquery(self, node: Node) -> str:
        """The tsquery of a node; an empty string where it holds no lexeme."""
        match node:
            case Term():
                return self._or(self._term(node), self._names_at(node, 1))
            case Phrase(terms):
                return self._or(self._phrase(terms), self._names_at(terms[0], len(terms)))
            case Or(parts):
                return self._or(*(self.tsquery(part) for part in parts))
            case Not(part):
                inner = self.tsquery(part)
                return f"!({inner})" if inner else ""
            case And(parts):
                return " & ".join(f"({q})" for q in self._all(parts) if q)

    def concepts(self, node: Node, *, apart: bool = False) -> tuple[Concept, ...]:
        """What to rank and mark by: each content word, phrase and name that is asked for, in order.

        The words of a phrase count alone only with `apart`.
        """
        found: list[Concept] = []
        terms = terms_of(node)
        content = [term for term in terms if not is_stop_word(term.text)] or terms
        phrases = [part for part in _phrases(node)]
        in_phrase = {id(term) for phrase in phrases for term in phrase.terms}
        for term in content:
            if (apart or id(term) not in in_phrase) and (tsquery := self._term(term)):
                found.append(Concept(tsquery, self._runs(term)))
        for phrase in phrases:
            if tsquery := self._phrase(phrase.terms):
                found.append(Concept(tsquery, (self._sequence(phrase.terms),)))
        wanted = {id(term) for term in terms}
        for first, (_, actors) in self.by_first_term.items():
            runs = [self._sequence_of_name(name) for actor in actors for name in actor.names] if first in wanted else []
            runs = [run for run in dict.fromkeys(runs) if run]
            if runs:
                found.append(Concept(self._or(*(_sequence_query(run) for run in runs)), tuple(runs)))
        return tuple({concept.tsquery: concept for concept in found}.values())

    def _all(self, parts: Sequence[Node]) -> list[str]:
        """One tsquery per part; function words ask for nothing beside content words, a named run is one part."""
        has_content = any(not (isinstance(part, Term) and is_stop_word(part.text)) for part in parts)
        queries, index = [], 0
        while index < len(parts):
            part = parts[index]
            length, actors = self.by_first_term.get(id(part), (1, []))
            if actors and length > 1:
                run = " & ".join(q for q in (self._term(term) for term in parts[index : index + length]) if q)
                queries.append(self._or(f"({run})" if run else "", self._names_at(part, length)))
            elif not (has_content and isinstance(part, Term) and is_stop_word(part.text)):
                queries.append(self.tsquery(part))
            index += length if actors else 1
        return queries

    def _names_at(self, term: Term, length: int) -> str:
        found = self.by_first_term.get(id(term))
        if found is None or found[0] != length:
            return ""
        return self._or(*(_sequence_query(self._sequence_of_name(name)) for actor in found[1] for name in actor.names))

    def _term(self, term: Term) -> str:
        lexemes = self.lexemes.get(term.text, ())
        if not term.prefix:
            return _sequence_query(lexemes)
        return self._or(*(f"{quoted(lexeme)}:*" for lexeme in lexemes[-1:]))

    def _runs(self, term: Term) -> tuple[Lexemes, ...]:
        lexemes = self.lexemes.get(term.text, ())
        return ((f"{lexemes[-1]}*",),) if term.prefix else (lexemes,)

    def _phrase(self, terms: Sequence[Term]) -> str:
        return _sequence_query(self._sequence(terms))

    def _sequence(self, terms: Sequence[Term]) -> Lexemes:
        return tuple(lexeme for term in terms for lexeme in self.lexemes.get(term.text, ()))

    def _sequence_of_name(self, name: str) -> Lexemes:
        return tuple(lexeme for text in _written(name) for lexeme in self.lexemes.get(text, ()))

    @staticmethod
    def _or(*queries: str) -> str:
        found = list(dict.fromkeys(query for query in queries if query))
        return " | ".join(f"({query})" for query in found) if len(found) > 1 else found[0] if found else ""


def _sequence_query(lexemes: Lexemes) -> str:
    return " <-> ".join(quoted(lexeme) for lexeme in lexemes)


def _excludes(node: Node) -> bool:
    match node:
        case Not():
            return True
        case And(parts) | Or(parts):
            return any(_excludes(part) for part in parts)
    return False


def _phrases(node: Node) -> list[Phrase]:
    match node:
        case Phrase():
            return [node]
        case And(parts) | Or(parts):
            return [phrase for part in parts for phrase in _phrases(part)]
    return []
