"""Peers for the archive's speed: naive ranking in PostgreSQL, and tantivy over the same articles."""

import re
import time
from collections.abc import Iterator

from django.db import OperationalError, connection, transaction

from articles.benchmark.queries import ReaderQuery
from articles.search import matching
from articles.search.compile import compile_query
from articles.search.query import parse

# A naive ranking is stopped after this many seconds, which then count as its time. A judgement: at a million articles the
# slowest class takes a second (docs/search-speed.md). A smaller limit would cut off rankings of larger archives and make
# them look faster than they are; a larger one only lengthens the benchmark.
LONGEST_NAIVE = 60
_NAIVE = """
    SELECT id FROM articles_article
    WHERE archive_terms(search_vector, word_count) @@ %s::tsquery AND status = 'published' AND merged_into_id IS NULL
        AND (%s = '' OR search_vector @@ %s::tsquery)
    ORDER BY ts_rank(search_vector, %s::tsquery) DESC, id DESC LIMIT 20
"""
_NEXT_TEXTS = "SELECT id, title || ' ' || body FROM articles_article WHERE id > %s ORDER BY id LIMIT 5000"


def naive(query: ReaderQuery) -> float | None:
    """Returns the seconds that ts_rank takes over all articles with all words; None where there is nothing to rank."""
    compiled = compile_query(parse(query.text), widen=False)
    if compiled is None or compiled.match is None:
        return None
    exact = matching.positions(compiled.match)
    must = exact if matching.needs_positions(compiled.match) else ""
    started = time.perf_counter()
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(f"SET LOCAL statement_timeout = '{LONGEST_NAIVE}s'")
            cursor.execute(_NAIVE, [matching.terms(compiled.match), must, must, exact])
            cursor.fetchall()
    except OperationalError:
        pass
    return time.perf_counter() - started


class Tantivy:
    """A tantivy index of every article in memory-mapped files in a directory.

    `seconds` is the time that indexing took. Raises ImportError where the package is missing.
    """

    def __init__(self, directory: str) -> None:
        import tantivy

        builder = tantivy.SchemaBuilder()
        builder.add_integer_field("id", stored=True)
        builder.add_text_field("text", tokenizer_name="arabic")
        self.index = tantivy.Index(builder.build(), path=directory)
        chain = tantivy.TextAnalyzerBuilder(tantivy.Tokenizer.simple()).filter(tantivy.Filter.lowercase())
        self.index.register_tokenizer("arabic", chain.filter(tantivy.Filter.stemmer("arabic")).build())
        writer = self.index.writer(heap_size=512_000_000, num_threads=2)
        started = time.perf_counter()
        for number, text in _texts():
            writer.add_document(tantivy.Document(id=number, text=text))
        writer.commit()
        writer.wait_merging_threads()
        self.seconds = time.perf_counter() - started
        self.index.reload()
        self.searcher = self.index.searcher()

    def time(self, query: ReaderQuery) -> float | None:
        """Returns the seconds for the first 20 articles with all words (any for questions) and the number of matches.

        Returns None for prefixes and filters, which are not compared.
        """
        words = re.findall(r"\w+", query.text)
        if query.text.endswith("*") or query.filters:
            return None
        if query.text.startswith("«"):
            text = f'"{" ".join(words)}"'
        else:
            text = " ".join(words) if "؟" in query.text else " AND ".join(words)
        started = time.perf_counter()
        parsed_query = self.index.parse_query(text, ["text"])
        hits = self.searcher.search(parsed_query, 20, count=True).hits
        for _, address in hits:
            self.searcher.doc(address)
        return time.perf_counter() - started


def _texts() -> Iterator[tuple[int, str]]:
    """Yields the id and the text of every article, in order of id."""
    last = 0
    with connection.cursor() as cursor:
        while True:
            cursor.execute(_NEXT_TEXTS, [last])
            rows = cursor.fetchall()
            if not rows:
                return
            yield from rows
            last = rows[-1][0]
