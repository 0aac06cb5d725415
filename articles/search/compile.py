"""Compiles a query tree for the database: a match over lexemes, conditions on articles, and concepts to rank by."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from articles.arabic.folding import fold_word
from articles.arabic.stopwords import is_stop_word
from articles.arabic.words import words
from articles.models import Article
from articles.models.article import ArticleQuerySet
from articles.search import matching, vocabulary
from articles.search.aliases import OtherNames, Runs, other_names, runs_of
from articles.search.correction import in_question
from articles.search.fields import conditions_of, looks
from articles.search.lexemes import Lexemes
from articles.search.matching import Match, all_of, any_of, run_of
from articles.search.query import (
    And,
    Field,
    Near,
    Node,
    Not,
    Or,
    ParsedQuery,
    Phrase,
    Published,
    QueryNote,
    Term,
    Title,
    parse,
    terms_of,
)
from articles.search.vocabulary import Lexicon, Named


@dataclass(frozen=True)
class Concept:
    """One word, phrase or name that the reader looks for.

    match: the match to rank by.
    runs: the runs of lexemes to mark; a `*` ends a prefix.
    written: a plain word as typed, folded and without its clitics; empty for everything else.
    """

    match: Match
    runs: tuple[Lexemes, ...]
    written: str = ""

    @property
    def lexeme(self) -> str:
        """Returns the lexeme of a concept that is one plain word, else an empty string."""
        return self.match.text if isinstance(self.match, matching.Lexeme) and not self.match.prefix else ""


@dataclass(frozen=True)
class CompiledQuery:
    """A query as the database needs it.

    match: the match for articles; None where the query has only fields.
    conditions: conditions that articles must meet, all of them.
    concepts: concepts to rank and mark by, in order.
    loose_concepts: concepts to look for where too few articles match everything; phrases are taken apart. Empty where
        the query excludes something or has only one concept.
    widened: the places of the query that name something, with its other names.
    lexicon: what the archive's vocabulary says of the query's words.
    notes: remarks on fields that were read as words.
    """

    match: Match | None
    conditions: tuple[Q, ...]
    concepts: tuple[Concept, ...]
    loose_concepts: tuple[Concept, ...]
    widened: tuple[OtherNames, ...]
    lexicon: Lexicon
    notes: tuple[QueryNote, ...] = field(default=())


def compile_query(query: ParsedQuery, *, widen: bool = True) -> CompiledQuery | None:
    """Compiles a parsed query; returns None where it has no field and no word that the index could hold.

    With `widen`, words that name an actor or belong to a set of synonyms also match the other names, as phrases.
    """
    if query.tree is None:
        return None
    fields = _fields(query.tree)
    # A field that names nothing becomes plain words. Whether it does is read in the same statement as the statistics of
    # these words, so the statement covers the words of every field.
    nothing = {field: None if isinstance(field, Field) else Q() for field in fields}
    as_words = _FieldResolver(nothing).resolve(query.tree)
    typed = terms_of(as_words, negated=True)
    lexicon = vocabulary.lexicon_of(
        words=[*(term.text for term in typed), *in_question(query)],
        beginnings=[term.text for term in typed if term.prefix],
        names=[run for terms in _sequences(as_words) for run in _runs(terms)] if widen else (),
        besides=looks(fields),
    )
    resolver = _FieldResolver(conditions_of(fields, lexicon.besides))
    tree = resolver.resolve(query.tree)
    widened = _named(tree, lexicon.named) if widen else {}
    compiler = _Compiler(lexicon.lexemes, widened, resolver.conditions)
    parts = tree.parts if isinstance(tree, And) else (tree,)
    text = tuple(part for part in parts if not _fields(part))
    match = compiler.match(And(text)) if text else None
    conditions = tuple(compiler.condition(part) for part in parts if _fields(part))
    concepts = compiler.concepts(tree)
    if not concepts and not conditions:
        return None
    if match and not concepts:
        conditions, match = (*conditions, holding(match)), None
    loose = () if _excludes(tree) or (_fields(tree) and not match) else compiler.concepts(tree, apart=True)
    return CompiledQuery(
        match,
        conditions,
        concepts,
        loose if len(loose) > 1 else (),
        tuple(names for names_here in widened.values() for names in names_here),
        lexicon,
        tuple(resolver.notes),
    )


def holding(match: Match) -> Q:
    """Returns the condition that searchable() articles match."""
    terms = matching.terms(match)
    condition = Q(search_terms__matches=terms) if terms else Q()
    exact = not terms or matching.needs_positions(match)
    return condition & Q(search_vector__matches=matching.positions(match)) if exact else condition


def holding_phrase(phrase: str) -> ArticleQuerySet:
    """Returns the articles that hold the words of `phrase` one after another, in any form that a search finds."""
    compiled = compile_query(parse('"' + phrase.replace('"', " ") + '"'), widen=False)
    articles = Article.objects.searchable()
    return articles.filter(holding(compiled.match)) if compiled and compiled.match else articles.none()


def _written(name: str) -> list[str]:
    """Returns the words of `name` as they are written."""
    return [name[word.start : word.end] for word in words(name)]


class _FieldResolver:
    """Replaces each field that names nothing, and so has no condition, with the words that were typed after it.

    `conditions` maps a field to its condition, or to None. `notes` collects a note for each field replaced.
    """

    _NOUNS = {"actor": gettext_noop("فاعل"), "event": gettext_noop("فعالية"), "source": gettext_noop("مصدر")}

    def __init__(self, conditions: Mapping[Field | Published, Q | None]) -> None:
        self.conditions = conditions
        self.notes: list[QueryNote] = []

    def resolve(self, node: Node) -> Node:
        """Returns the tree with every field that names nothing replaced. `notes` gets one note for each of them."""
        match node:
            case Field():
                if self.conditions[node] is None:
                    message = _("لا %(noun)s في الأرشيف باسم «%(name)s»؛ بُحث عن الكلمات نفسها.") % {
                        "noun": _(self._NOUNS[node.name]),
                        "name": node.text,
                    }
                    self.notes.append(QueryNote(node.position, message))
                    terms = tuple(Term(word) for word in _written(node.text))
                    return And(terms) if len(terms) > 1 else terms[0]
                return node
            case Not(part):
                return Not(self.resolve(part))
            case And(parts):
                return And(tuple(self.resolve(part) for part in parts))
            case Or(parts):
                return Or(tuple(self.resolve(part) for part in parts))
        return node


# The place of a name in a query: the id() of its first term, and the positions of its first word and after its last
# word within its sequence.
NamePlace = tuple[int, int, int]


def _named(tree: Node, named: Sequence[Named]) -> dict[NamePlace, list[OtherNames]]:
    """Returns the places of `tree` that name one of `named`, each with the other names."""
    places: dict[NamePlace, list[OtherNames]] = {}
    for terms in _sequences(tree):
        for names in other_names(_runs(terms), named):
            places.setdefault((id(terms[names.first]), names.first, names.last), []).append(names)
    return places


def _runs(terms: Sequence[Term]) -> Runs:
    return runs_of([term.text for term in terms])


def _sequences(node: Node) -> list[Sequence[Term]]:
    """Returns the sequences of terms in which a name can stand: words side by side, and phrases."""
    match node:
        case Term(prefix=False):
            return [(node,)]
        case Phrase(terms):
            return [terms]
        case Near(first, second):
            return [*_sequences(first), *_sequences(second)]
        case Title(part):
            return _sequences(part)
        case Or(parts):
            return [sequence for part in parts for sequence in _sequences(part)]
        case And(parts):
            sequences: list[Sequence[Term]] = []
            run: list[Term] = []
            following: Node | None
            for following in (*parts, None):
                if isinstance(following, Term) and not following.prefix:
                    run.append(following)
                    continue
                if run:
                    sequences.append(tuple(run))
                    run = []
                if following is not None:
                    sequences += _sequences(following)
            return sequences
    return []


class _Compiler:
    """Builds matches, conditions and concepts from the lexemes of words, places of names and conditions of fields."""

    def __init__(
        self,
        lexemes: Mapping[str, Lexemes],
        named: Mapping[NamePlace, list[OtherNames]],
        conditions: Mapping[Field | Published, Q | None],
    ) -> None:
        self.lexemes = lexemes
        self.by_first_term = {place[0]: (place[2] - place[1], names_here) for place, names_here in named.items()}
        self.conditions = conditions

    def match(self, node: Node, *, in_title: bool = False) -> Match | None:
        """Returns the match for a node without fields; None where the node has no lexeme."""
        match node:
            case Term():
                return any_of(self._term(node, in_title), *self._names_at(node, 1, in_title))
            case Phrase(terms):
                return any_of(self._phrase(terms, in_title), *self._names_at(terms[0], len(terms), in_title))
            case Near(first, second, distance):
                a, b = self._operand(first), self._operand(second)
                return matching.Close(a, b, distance) if a and b else a or b
            case Title(part):
                return self.match(part, in_title=True)
            case Or(parts):
                return any_of(*(self.match(part, in_title=in_title) for part in parts))
            case Not(part):
                inner = self.match(part, in_title=in_title)
                return matching.Without(inner) if inner else None
            case And(parts):
                return all_of(*self._all(parts, in_title))
        return None

    def condition(self, node: Node) -> Q:
        """Returns the condition for a node that contains fields."""
        match node:
            case Field() | Published():
                return self.conditions[node] or Q()
            case Not(part):
                return ~self.condition(part)
            case And(parts):
                return Q(*(self.condition(part) for part in parts))
            case Or(parts):
                return Q(*(self.condition(part) for part in parts), _connector=Q.OR)
        match = self.match(node)
        return holding(match) if match else Q()

    def concepts(self, node: Node, *, apart: bool = False) -> tuple[Concept, ...]:
        """Returns the concepts to rank and mark by: content words, then phrases, then names of the node, each in order.

        The words of a phrase are concepts of their own only with `apart`.
        """
        phrases = _phrases(node)
        in_phrases = {id(term) for phrase in phrases for term in phrase.terms}
        terms = terms_of(node)
        content = [term for term in terms if not is_stop_word(term.text)] or terms
        concepts = (
            *(self._word_concept(term) for term in content if apart or id(term) not in in_phrases),
            *(_concept(self._phrase(phrase.terms), (self._sequence(phrase.terms),)) for phrase in phrases),
            *self._name_concepts(terms),
        )
        return tuple({concept.match: concept for concept in concepts if concept}.values())

    def _word_concept(self, term: Term) -> Concept | None:
        """Returns the concept of a word or prefix; None without a lexeme."""
        return _concept(self._term(term), self._runs(term), "" if term.prefix else fold_word(term.text))

    def _name_concepts(self, terms: Sequence[Term]) -> list[Concept | None]:
        """Returns a concept for each name of something that begins at one of `terms`: any of its other names."""
        term_ids = {id(term) for term in terms}
        name_concepts = []
        for first_term, (_length, names_here) in self.by_first_term.items():
            if first_term in term_ids:
                runs = [self._sequence_of_name(name) for names in names_here for name in names.names]
                distinct_runs = tuple(run for run in dict.fromkeys(runs) if run)
                name_concepts.append(_concept(any_of(*(run_of(run) for run in distinct_runs)), distinct_runs))
        return name_concepts

    def _all(self, parts: Sequence[Node], in_title: bool) -> list[Match | None]:
        """Returns one match for each part; a run of words that is a name counts as one part.

        Beside content words, function words require nothing and are left out.
        """
        has_content = any(not (isinstance(part, Term) and is_stop_word(part.text)) for part in parts)
        matches: list[Match | None] = []
        index = 0
        while index < len(parts):
            part = parts[index]
            length, names_here = self.by_first_term.get(id(part), (1, []))
            if names_here and length > 1 and isinstance(part, Term):
                run = all_of(
                    *(self._term(term, in_title) for term in parts[index : index + length] if isinstance(term, Term))
                )
                matches.append(any_of(run, *self._names_at(part, length, in_title)))
            elif not (has_content and isinstance(part, Term) and is_stop_word(part.text)):
                matches.append(self.match(part, in_title=in_title))
            index += length if names_here else 1
        return matches

    def _names_at(self, term: Term, length: int, in_title: bool) -> list[Match | None]:
        """Returns the matches for the other names of a name of `length` words that begins at `term`."""
        place = self.by_first_term.get(id(term))
        if place is None or place[0] != length:
            return []
        return [run_of(self._sequence_of_name(name), in_title=in_title) for names in place[1] for name in names.names]

    def _operand(self, node: Term | Phrase) -> matching.Lexeme | matching.Run | None:
        return self._term(node) if isinstance(node, Term) else self._phrase(node.terms)

    def _term(self, term: Term, in_title: bool = False) -> matching.Lexeme | matching.Run | None:
        lexemes = self.lexemes.get(term.text, ())
        return run_of(lexemes[-1:] if term.prefix else lexemes, prefix=term.prefix, in_title=in_title)

    def _runs(self, term: Term) -> tuple[Lexemes, ...]:
        lexemes = self.lexemes.get(term.text, ())
        return ((f"{lexemes[-1]}*",),) if term.prefix and lexemes else (lexemes,)

    def _phrase(self, terms: Sequence[Term], in_title: bool = False) -> matching.Lexeme | matching.Run | None:
        return run_of(self._sequence(terms), in_title=in_title)

    def _sequence(self, terms: Sequence[Term]) -> Lexemes:
        return tuple(lexeme for term in terms for lexeme in self.lexemes.get(term.text, ()))

    def _sequence_of_name(self, name: str) -> Lexemes:
        return self.lexemes.get(name, ())


def _concept(match: Match | None, runs: tuple[Lexemes, ...], written: str = "") -> Concept | None:
    return Concept(match, runs, written) if match else None


def _fields(node: Node) -> list[Field | Published]:
    """Returns the fields and dates of publication that stand anywhere in a tree, excluded ones too."""
    match node:
        case Field() | Published():
            return [node]
        case Not(part):
            return _fields(part)
        case And(parts) | Or(parts):
            return [field for part in parts for field in _fields(part)]
    return []


def _excludes(node: Node) -> bool:
    """Returns whether a tree has a Not anywhere."""
    match node:
        case Not():
            return True
        case Title(part):
            return _excludes(part)
        case And(parts) | Or(parts):
            return any(_excludes(part) for part in parts)
    return False


def _phrases(node: Node) -> list[Phrase]:
    """Returns the phrases of a tree, those of a Near and of titles too, but not the excluded ones."""
    match node:
        case Phrase():
            return [node]
        case Near(first, second):
            return [part for part in (first, second) if isinstance(part, Phrase)]
        case Title(part):
            return _phrases(part)
        case And(parts) | Or(parts):
            return [phrase for part in parts for phrase in _phrases(part)]
    return []
