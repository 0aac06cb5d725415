"""Other rankings of the same documents, with which the archive's ranking is compared in the same run.

The packages come with the development lock file. The report names and skips a peer whose package is missing.
"""

import logging
import re
from collections import defaultdict
from collections.abc import Callable, Iterator

from django.db import connection

from articles.arabic.folding import fold_letters, fold_word
from articles.arabic.stopwords import STOP_WORDS
from articles.arabic.words import WORD
from articles.search.evaluation import EvaluationSet
from articles.search.lucene import lucene
from articles.search.vocabulary import inverse_document_frequency

Ranking = Callable[[str], list[str]]

_USUAL_DJANGO = """
    SELECT id FROM articles_article, to_tsquery('arabic', %s) AS query
    WHERE to_tsvector('arabic', title || ' ' || body) @@ query
    ORDER BY ts_rank(to_tsvector('arabic', title || ' ' || body), query) DESC, id LIMIT 100
"""


def peers(judged: EvaluationSet, ids: dict[int, str]) -> Iterator[tuple[str, Ranking | None]]:
    """Yields (name, ranking) of each peer over the loaded documents; the ranking is None if its package is missing.

    `ids` maps article ids to document ids.
    """
    yield "PostgreSQL arabic, OR query, ts_rank", _usual_django(ids)
    yield (
        "Lucene, ArabicAnalyzer, BM25",
        lucene((key, f"{title} {text}") for key, (title, text) in judged.documents.items()),
    )
    yield "Lucene's Arabic analyzer (port), BM25", _lucene_port(judged)
    yield "Snowball Arabic, BM25 (bm25s)", _bm25s(judged)
    yield "tantivy, Arabic stemmer", _tantivy(judged)


def _usual_django(ids: dict[int, str]) -> Ranking:
    """Returns the ranking that a Django project usually has: any of the words, ordered by ts_rank."""

    def rank(text: str) -> list[str]:
        words = list(re.findall(r"\w+", text))
        with connection.cursor() as cursor:
            cursor.execute(_USUAL_DJANGO, [" | ".join(words)])
            return [ids[pk] for (pk,) in cursor.fetchall()]

    return rank


# Lucene's ArabicStemmer removes one of these prefixes if two letters remain (three for a lone waw), then every suffix
# in turn.
_PREFIXES = ("ال", "وال", "بال", "كال", "فال", "لل", "و")
_SUFFIXES = ("ها", "ان", "ات", "ون", "ين", "يه", "ية", "ه", "ة", "ي")
# BM25's parameters as Lucene has them by default (BM25Similarity).
LUCENE_K1, LUCENE_B = 1.2, 0.75


def lucene_term(word: str) -> str:
    """Returns a word as Lucene's ArabicNormalizationFilter and ArabicStemFilter leave it."""
    term = fold_letters(word)
    for prefix in _PREFIXES:
        if term.startswith(prefix) and len(term) >= len(prefix) + (3 if prefix == "و" else 2):
            term = term[len(prefix) :]
            break
    for suffix in _SUFFIXES:
        if term.endswith(suffix) and len(term) >= len(suffix) + 2:
            term = term[: -len(suffix)]
    return term


def _terms(text: str) -> list[str]:
    return [lucene_term(match[0]) for match in WORD.finditer(text) if fold_letters(match[0]) not in STOP_WORDS]


def _lucene_port(judged: EvaluationSet) -> Ranking:
    """Returns a BM25 ranking over the words as Lucene's Arabic analyzer leaves them, with Lucene's parameters.

    It indexes the documents in memory.
    """
    postings: dict[str, dict[str, int]] = defaultdict(lambda: defaultdict(int))
    lengths = {}
    for document, (title, text) in judged.documents.items():
        terms = _terms(f"{title} {text}")
        lengths[document] = len(terms)
        for term in terms:
            postings[term][document] += 1
    average = sum(lengths.values()) / len(lengths)

    def rank(text: str) -> list[str]:
        """Returns the ids of the 100 best documents, best first. Documents without any word of `text` are left out."""
        scores: dict[str, float] = defaultdict(float)
        for term in _terms(text):
            frequencies = postings.get(term, {})
            idf = inverse_document_frequency(len(lengths), len(frequencies))
            for document, times in frequencies.items():
                scores[document] += (
                    idf * times / (times + LUCENE_K1 * (1 - LUCENE_B + LUCENE_B * lengths[document] / average))
                )
        return sorted(scores, key=lambda document: -scores[document])[:100]

    return rank


def _bm25s(judged: EvaluationSet) -> Ranking | None:
    """Returns the ranking of bm25s over Arabic stems of Snowball; None if bm25s or the stemmer is missing.

    Words are folded and stop words left out as in the archive, and BM25 has Lucene's parameters.
    """
    try:
        import bm25s
        import Stemmer
    except ImportError:
        return None
    logging.getLogger("bm25s").setLevel(logging.WARNING)
    stemmer = Stemmer.Stemmer("arabic")

    def tokens(text: str) -> list[str]:
        words = [match[0] for match in WORD.finditer(text) if fold_letters(match[0]) not in STOP_WORDS]
        stems: list[str] = stemmer.stemWords([fold_word(word) for word in words])
        return stems

    documents = list(judged.documents)
    index = bm25s.BM25(k1=LUCENE_K1, b=LUCENE_B)
    index.index([tokens(f"{title} {text}") or [""] for title, text in judged.documents.values()], show_progress=False)

    def rank(text: str) -> list[str]:
        query_tokens = [token for token in tokens(text) if token in index.vocab_dict]
        if not query_tokens:
            return []
        results, _ = index.retrieve([query_tokens], k=min(100, len(documents)), show_progress=False)
        return [documents[number] for number in results[0]]

    return rank


def _tantivy(judged: EvaluationSet) -> Ranking | None:
    """Returns the ranking of tantivy with its Arabic stemmer; None if tantivy is missing.

    Any of the words is enough. Nothing of the archive's own folding is applied.
    """
    try:
        import tantivy
    except ImportError:
        return None
    builder = tantivy.SchemaBuilder()
    builder.add_text_field("id", stored=True, tokenizer_name="raw")
    builder.add_text_field("text", tokenizer_name="arabic")
    index = tantivy.Index(builder.build())
    chain = tantivy.TextAnalyzerBuilder(tantivy.Tokenizer.simple()).filter(tantivy.Filter.lowercase())
    index.register_tokenizer("arabic", chain.filter(tantivy.Filter.stemmer("arabic")).build())
    writer = index.writer()
    for document, (title, text) in judged.documents.items():
        writer.add_document(tantivy.Document(id=document, text=f"{title} {text}"))
    writer.commit()
    index.reload()
    searcher = index.searcher()

    def rank(text: str) -> list[str]:
        query = index.parse_query(" ".join(re.findall(r"\w+", text)), ["text"])
        return [searcher.doc(address)["id"][0] for _, address in searcher.search(query, 100).hits]

    return rank
