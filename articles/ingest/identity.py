"""Which stored article a document is a further capture of, and whether its text may replace the stored one by itself.

Called by articles/ingest/store.py for every document of a batch. Two rules keep provenance from being forged:
an address that a page claims counts only within the registrable domain that it was fetched from, and an update that comes from
elsewhere, or whose text is another, waits for an editor.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from articles.arabic.words import words
from articles.curation.edited import body_is_an_editors
from articles.extract.fingerprints import MOST_COMPARED, likeness, shingles, shingles_of
from articles.ingest.prepare import Prepared
from articles.models import Article, Capture, CaptureState, Fingerprint, WaitingReason
from articles.platform.addresses import older_spellings, registrable_domain, same_domain

# Two captures of one page share most of their wording; two articles under one file name do not.
SAME_ARTICLE_SHARE = 0.5
# In words: runs so long are seldom shared by texts that do not copy one another.
_SHINGLE_LENGTH = 5
# Of the articles under one file name, so many of the newest are compared with a document.
_MOST_COMPARED = 20


@dataclass(frozen=True)
class StoredBytes:
    """Where stored bytes were met: the article's key, and the address they were fetched from, empty for a file.

    `waits` where an editor has yet to decide about them.
    """

    article: int
    fetched: str
    waits: bool = False


def stored_bytes(digests: Iterable[str]) -> dict[str, list[StoredBytes]]:
    """Digest → the captures that have it, newest first."""
    captures = Capture.objects.filter(sha256__in=set(digests)).order_by("-captured_at", "-id")
    places: dict[str, list[StoredBytes]] = {}
    for sha256, article, fetched, state in captures.values_list("sha256", "article", "fetched_address", "state"):
        places.setdefault(sha256, []).append(StoredBytes(article, fetched, state == CaptureState.WAITING))
    return places


def article_with(places: Sequence[StoredBytes], address: str) -> int | None:
    """The article that has these bytes already, as far as their origin is the same; None where there is no such article.

    A page that was fetched from `address` is known only by bytes of the same registrable domain. Else who copies a page, or
    uploads it, would keep the page's own address out of the archive. A file is known by its bytes alone.
    """
    is_web = address.startswith(("http://", "https://"))
    return next((place.article for place in places if not is_web or same_domain(place.fetched, address)), None)


@dataclass
class Known:
    """What of a batch is stored already, looked up once for all of it.

    `by_url`: an article's address → its key.
    `by_address`: where accepted captures were read → the keys of their articles, newest first.
    `by_filename`: the name of a file without an address → the keys of its articles, oldest first.
    `by_text`: the hash of a wording → (key, title, address) of articles that have it.
    """

    by_url: dict[str, int]
    by_address: dict[str, list[int]]
    by_filename: dict[str, list[int]]
    by_text: dict[int, list[tuple[int, str, str]]]

    @classmethod
    def of(cls, batch: Sequence[Prepared]) -> "Known":
        """Asks the database what it knows of the batch's addresses, file names and wordings."""
        urls = _by_spelling(one.document.url for one in batch)
        # A page is known by its own address; a file by the place and the name it was read under.
        names = {one.filename for one in batch if one.filename and not one.document.url}
        addresses = _by_spelling(one.address for one in batch)
        captures = Capture.objects.accepted()
        by_filename: dict[str, list[int]] = {}
        if names:
            named = captures.filter(filename__in=names, article__url="").order_by("captured_at", "id")
            for name, article in named.values_list("filename", "article"):
                by_filename.setdefault(name, []).append(article)
        by_address: dict[str, list[int]] = {}
        if addresses:
            placed = captures.filter(address__in=addresses).order_by("-captured_at", "-id")
            for address, article in placed.values_list("address", "article"):
                by_address.setdefault(addresses[address], []).append(article)
        by_text: dict[int, list[tuple[int, str, str]]] = {}
        hashes = {one.analysis.fingerprint.text_hash for one in batch}
        rows = Fingerprint.objects.filter(text_hash__in=hashes).order_by("article")
        for text_hash, *article in rows.values_list("text_hash", "article", "article__title", "article__url"):
            by_text.setdefault(text_hash, []).append(tuple(article))
        by_url: dict[str, int] = {}
        if urls:
            for url, pk in Article.objects.filter(url__in=urls).values_list("url", "pk"):
                # Of two articles the one whose address is spelled as it should be.
                if url == urls[url] or urls[url] not in by_url:
                    by_url[urls[url]] = pk
        return cls(by_url, by_address, by_filename, by_text)

    def article_of(self, one: Prepared) -> int | None:
        """The key of the stored article that a document is a further capture of; None for a new article."""
        url = one.document.url
        places = [self.by_url[url]] if url in self.by_url else []
        places += self.by_address.get(one.address, ())
        if places:
            return _most_alike(one, list(dict.fromkeys(places)))
        # The same wording under the same title, where one of the two has no address of its own.
        for pk, title, known_url in self.by_text.get(one.analysis.fingerprint.text_hash, ()):
            if title == one.document.title and (not url or not known_url) and _may_be_of_one_outlet(one, pk):
                return pk
        if not url and one.filename in self.by_filename:
            own = shingles_of(one.document.body)
            for pk in reversed(self.by_filename[one.filename][-_MOST_COMPARED:]):
                body = Article.objects.filter(pk=pk).values_list("body", flat=True).first()
                is_alike = body and likeness(own, shingles_of(body))[0] >= SAME_ARTICLE_SHARE
                if is_alike and _may_be_of_one_outlet(one, pk):
                    return pk
        return None


def _by_spelling(addresses: Iterable[str]) -> dict[str, str]:
    """Every spelling under which an address can be stored → the canonical one."""
    return {spelling: address for address in addresses if address for spelling in older_spellings(address)}


def _most_alike(one: Prepared, keys: Sequence[int]) -> int:
    """Of several articles that were met at one place, the one whose text is nearest: an editor may have parted them."""
    if len(keys) == 1:
        return keys[0]
    bodies = dict(Article.objects.filter(pk__in=keys).values_list("pk", "body"))
    return max(keys, key=lambda pk: shared_wording(one.document.body, bodies[pk]))


def _may_be_of_one_outlet(one: Prepared, pk: int) -> bool:
    """Whether a document with the same words may be a further capture of the article.

    A page that was fetched is of an article whose domain it has. Where no capture of the article was fetched, it must have the
    domain that the article's file claims, or a domain of the article's source: another outlet that carries the same words is an
    article of its own. Of two files nothing may speak against one outlet.
    """
    article = Article.objects.select_related("source").get(pk=pk)
    own = _proven_domain(one) or registrable_domain(one.claimed)
    proven = proven_domains(article)
    if proven and not _proven_domain(one):
        # An unproven document may be of this outlet. It will wait for an editor.
        return not own or own in proven
    claimed = article.captures.accepted().values_list("claimed_address", flat=True)
    theirs = proven or ({registrable_domain(address) for address in claimed} - {""})
    if not theirs and article.source:
        theirs = {registrable_domain(f"http://{domain}") for domain in article.source.domains} - {""}
    if _proven_domain(one):
        return own in theirs
    return not own or not theirs or own in theirs


def _proven_domain(one: Prepared) -> str:
    """The registrable domain that a document was fetched from, or that an editor's row states; empty for a file."""
    return registrable_domain(one.fetched or one.document.url)


def proven_domains(article: Article) -> set[str]:
    """The registrable domains that an article is known from: of its own address, and of its accepted captures."""
    fetched = article.captures.accepted().values_list("fetched_address", flat=True)
    return {registrable_domain(address) for address in {article.url, *fetched}} - {""}


def reason_to_wait(article: Article, one: Prepared) -> WaitingReason | None:
    """Why a document may not become the article's text by itself; None where it may."""
    domains = proven_domains(article)
    if domains and _proven_domain(one) not in domains:
        return WaitingReason.ELSEWHERE
    if shared_wording(one.document.body, article.body) < SAME_ARTICLE_SHARE:
        return WaitingReason.UNLIKE
    if one.document.body != article.body and body_is_an_editors(article):
        return WaitingReason.EDITED
    return None


def shared_wording(body: str, other: str) -> float:
    """The share, from 0 to 1, of five-word shingles that two texts have in common, measured on the one that has more.

    So a text that was cut to a few sentences is as unlike as one that was exchanged.
    """
    if body == other:
        return 1.0
    if max(len(body), len(other)) > MOST_COMPARED:
        # The process that stores has no budget: words as they are written, which costs a tenth.
        first, second = (frozenset(_runs(text.split())) for text in (body, other))
    else:
        first, second = (shingles(words(text), _SHINGLE_LENGTH) for text in (body, other))
    longer = max(len(first), len(second))
    return len(first & second) / longer if longer else 1.0


def _runs(written: list[str]) -> Iterator[tuple[str, ...]]:
    return zip(*(written[start:] for start in range(_SHINGLE_LENGTH)), strict=False)
