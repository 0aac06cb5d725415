"""Identifies the stored article that a document is a capture of, and decides whether its text needs a review.

Called by articles/ingest/store.py for every document of a batch. Two rules prevent forged provenance. An address that a
page states as its own counts only within the registrable domain that it was fetched from. An update from another
domain, or with a different text, waits for an editor.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from articles.arabic.words import words
from articles.curation.edited import body_is_an_editors
from articles.extract.fingerprints import LONGEST_COMPARED, likeness, shingles, shingles_of
from articles.ingest.prepare import Prepared
from articles.models import Article, Capture, CaptureState, Fingerprint, WaitingReason
from articles.platform.addresses import older_spellings, registrable_domain, same_domain

# The share of the longer text's shingles that both have. Two captures of one page share most of their wording; two
# articles under one file name do not. A judgement: with a larger value a thoroughly edited page becomes a second
# article, with a smaller one a file may replace the text of another story.
SAME_ARTICLE_SHARE = 0.5
# In words. Texts that do not copy one another seldom share a run of this length, beyond names and formulas. A
# judgement: with shorter runs any two texts on one subject are alike; longer ones break at every edited word.
_SHINGLE_LENGTH = 5
# A document is compared with at most this many of the newest articles of its file name. Each comparison reads a body. A
# judgement: thousands of pages may be called index.html, and an update is most likely of a recent one.
_MOST_COMPARED = 20


@dataclass(frozen=True)
class StoredBytes:
    """A capture that holds given bytes.

    article: the key of the capture's article.
    fetched: the address that the bytes were fetched from; empty for a file.
    waits: whether the capture waits for an editor's decision.
    """

    article: int
    fetched: str
    waits: bool = False


def stored_bytes(digests: Iterable[str]) -> dict[str, list[StoredBytes]]:
    """Maps each SHA-256 digest that is stored to its captures, newest first."""
    captures = Capture.objects.filter(sha256__in=set(digests)).order_by("-captured_at", "-id")
    captures_of: dict[str, list[StoredBytes]] = {}
    for sha256, article, fetched, state in captures.values_list("sha256", "article", "fetched_address", "state"):
        captures_of.setdefault(sha256, []).append(StoredBytes(article, fetched, state == CaptureState.WAITING))
    return captures_of


def article_with(places: Sequence[StoredBytes], address: str) -> int | None:
    """Returns the key of the article that holds the same bytes from the same origin; None if there is none.

    A page that was fetched from `address` is matched only with bytes of the same registrable domain. Otherwise a copy
    of a page, or an upload of it, would keep the page's own address out of the archive. A file is matched by its bytes
    alone.
    """
    is_web = address.startswith(("http://", "https://"))
    return next((place.article for place in places if not is_web or same_domain(place.fetched, address)), None)


@dataclass
class StoredArticles:
    """The stored articles that documents of a batch may belong to, looked up once for the whole batch.

    by_url: an article's address → its key.
    by_address: the place where accepted captures were read → the keys of their articles, newest first.
    by_filename: the name of a file without an address → the keys of its articles, oldest first.
    by_text: the hash of a wording → (key, title, address) of the articles that have it.
    """

    by_url: dict[str, int]
    by_address: dict[str, list[int]]
    by_filename: dict[str, list[int]]
    by_text: dict[int, list[tuple[int, str, str]]]

    @classmethod
    def of(cls, batch: Sequence[Prepared]) -> "StoredArticles":
        """Queries the database for a batch's addresses, file names and wordings."""
        urls = _canonical_by_spelling(prepared.document.url for prepared in batch)
        # A page is identified by its own address, a file by the place and the name that it was read under.
        names = {prepared.filename for prepared in batch if prepared.filename and not prepared.document.url}
        addresses = _canonical_by_spelling(prepared.address for prepared in batch)
        captures = Capture.objects.accepted()
        by_filename: dict[str, list[int]] = {}
        if names:
            named_captures = captures.filter(filename__in=names, article__url="").order_by("captured_at", "id")
            for name, article in named_captures.values_list("filename", "article"):
                by_filename.setdefault(name, []).append(article)
        by_address: dict[str, list[int]] = {}
        if addresses:
            placed_captures = captures.filter(address__in=addresses).order_by("-captured_at", "-id")
            for address, article in placed_captures.values_list("address", "article"):
                by_address.setdefault(addresses[address], []).append(article)
        by_text: dict[int, list[tuple[int, str, str]]] = {}
        hashes = {prepared.analysis.fingerprint.text_hash for prepared in batch}
        rows = Fingerprint.objects.filter(text_hash__in=hashes).order_by("article")
        for text_hash, pk, title, url in rows.values_list("text_hash", "article", "article__title", "article__url"):
            by_text.setdefault(text_hash, []).append((pk, title, url))
        by_url: dict[str, int] = {}
        if urls:
            for url, pk in Article.objects.filter(url__in=urls).values_list("url", "pk"):
                # If two articles have spellings of one address, the one with the canonical spelling wins.
                if url == urls[url] or urls[url] not in by_url:
                    by_url[urls[url]] = pk
        return cls(by_url, by_address, by_filename, by_text)

    def article_of(self, prepared: Prepared) -> int | None:
        """Returns the key of the stored article that a document is a further capture of; None for a new article."""
        url = prepared.document.url
        keys = [self.by_url[url]] if url in self.by_url else []
        keys += self.by_address.get(prepared.address, ())
        if keys:
            return _most_alike(prepared, list(dict.fromkeys(keys)))
        # The wording and the title are the same, and the document or the article has no address.
        for pk, title, stored_url in self.by_text.get(prepared.analysis.fingerprint.text_hash, ()):
            if title == prepared.document.title and (not url or not stored_url) and _may_share_outlet(prepared, pk):
                return pk
        if not url and prepared.filename in self.by_filename:
            document_shingles = shingles_of(prepared.document.body)
            for pk in reversed(self.by_filename[prepared.filename][-_MOST_COMPARED:]):
                body = Article.objects.filter(pk=pk).values_list("body", flat=True).first()
                is_alike = body and likeness(document_shingles, shingles_of(body))[0] >= SAME_ARTICLE_SHARE
                if is_alike and _may_share_outlet(prepared, pk):
                    return pk
        return None


def _canonical_by_spelling(addresses: Iterable[str]) -> dict[str, str]:
    """Maps every spelling under which an address may be stored to its canonical spelling."""
    return {spelling: address for address in addresses if address for spelling in older_spellings(address)}


def _most_alike(prepared: Prepared, keys: Sequence[int]) -> int:
    """Returns the key of the article whose text is most like the document's.

    One place has several articles if an editor split its captures.
    """
    if len(keys) == 1:
        return keys[0]
    bodies = dict(Article.objects.filter(pk__in=keys).values_list("pk", "body"))
    return max(keys, key=lambda pk: shared_wording(prepared.document.body, bodies[pk]))


def _may_share_outlet(prepared: Prepared, pk: int) -> bool:
    """Returns whether a document with the same words may be a further capture of the article.

    A fetched page must come from a domain of the article. If no capture of the article was fetched, the page must come
    from the domain that the article's file states, or from a domain of the article's source. The same words at another
    outlet make an article of their own. Two files match unless the known domains of both differ.
    """
    article = Article.objects.select_related("source").get(pk=pk)
    document_domain = _proven_domain(prepared) or registrable_domain(prepared.claimed_address)
    article_domains = proven_domains(article)
    if article_domains and not _proven_domain(prepared):
        # A document without a proven domain may be of this outlet. Its capture will wait for an editor.
        return not document_domain or document_domain in article_domains
    claimed_addresses = article.captures.accepted().values_list("claimed_address", flat=True)
    outlet_domains = article_domains or ({registrable_domain(address) for address in claimed_addresses} - {""})
    if not outlet_domains and article.source:
        outlet_domains = {registrable_domain(f"http://{domain}") for domain in article.source.domains} - {""}
    if _proven_domain(prepared):
        return document_domain in outlet_domains
    return not document_domain or not outlet_domains or document_domain in outlet_domains


def _proven_domain(prepared: Prepared) -> str:
    """Returns the registrable domain that a document was fetched from, or that a row states; empty for a file."""
    return registrable_domain(prepared.fetched or prepared.document.url)


def proven_domains(article: Article) -> set[str]:
    """Returns the registrable domains of an article's own address and of its accepted captures' fetched addresses."""
    fetched = article.captures.accepted().values_list("fetched_address", flat=True)
    return {registrable_domain(address) for address in {article.url, *fetched}} - {""}


def reason_to_wait(article: Article, prepared: Prepared) -> WaitingReason | None:
    """Returns why an editor must see a document before it becomes the article's text; None if no reason applies."""
    domains = proven_domains(article)
    if domains and _proven_domain(prepared) not in domains:
        return WaitingReason.ELSEWHERE
    if shared_wording(prepared.document.body, article.body) < SAME_ARTICLE_SHARE:
        return WaitingReason.UNLIKE
    if prepared.document.body != article.body and body_is_an_editors(article):
        return WaitingReason.EDITED
    return None


def shared_wording(body: str, other_body: str) -> float:
    """Returns the share, from 0 to 1, of five-word shingles that two texts have in common.

    The text with more shingles is the base, so a text that was cut to a few sentences is as unlike as one that was
    exchanged.
    """
    if body == other_body:
        return 1.0
    if max(len(body), len(other_body)) > LONGEST_COMPARED:
        # The process that stores has no budget. Comparing the words as written costs a tenth of comparing folded words.
        first, second = (frozenset(_shingles_of_words(text.split())) for text in (body, other_body))
    else:
        first, second = (shingles(words(text), _SHINGLE_LENGTH) for text in (body, other_body))
    longer = max(len(first), len(second))
    return len(first & second) / longer if longer else 1.0


def _shingles_of_words(written_words: list[str]) -> Iterator[tuple[str, ...]]:
    return zip(*(written_words[start:] for start in range(_SHINGLE_LENGTH)), strict=False)
