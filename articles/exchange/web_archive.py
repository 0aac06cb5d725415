"""Writes captures as a web archive: WARC 1.1 (ISO 28500), or WACZ 1.1.1, which replay tools open as it is."""

import gzip
import hashlib
import heapq
import io
import json
import re
import tempfile
import zipfile
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import IO, BinaryIO

from django.utils import timezone
from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

from articles.models import Capture
from articles.models.capture import DamagedCaptureError
from articles.platform.addresses import canonical_or_empty, read_address

SOFTWARE = "counter-terrorism-diplomacy-archive"
WARC_VERSION, WACZ_VERSION = "1.1", "1.1.1"
_WARC_PATH, _INDEX_PATH, _PAGES_PATH = "archive/captures.warc.gz", "indexes/index.cdx.gz", "pages/pages.jsonl"
# How many rows of captures are fetched from the database at a time. A judgement: the rows are short, and reading the
# original of each takes longer than fetching it.
ROWS_AT_ONCE = 200
# Is called with the name of a capture that could not be written, and the reason.
OnLoss = Callable[[str, str], None]
# Characters that would end the line of a header.
_NO_HEADER = re.compile("[\x00-\x1f\x7f]")
# How many lines of the index are sorted in memory at a time: about ten megabytes if a line has 200 bytes. A judgement:
# fewer lines make more files to merge, more take more memory.
_RUN = 50_000


def write_warc(out: BinaryIO, on_loss: OnLoss = lambda place, reason: None, *, include_hidden: bool = False) -> int:
    """Writes every public capture as a record, each in a gzip member of its own; returns how many were written.

    `include_hidden` adds the accepted captures of articles that are not public. A capture is left out if its bytes are
    damaged or no record can be made of it; `on_loss` is called with its name and the reason.
    """
    return sum(1 for _ in _records(_CountingStream(out), on_loss, include_hidden=include_hidden))


def write_wacz(out: BinaryIO, on_loss: OnLoss = lambda place, reason: None, *, include_hidden: bool = False) -> int:
    """Writes the captures as a WACZ package: the WARC file, its index, the list of pages, and the digests of all.

    Parameters and result are those of `write_warc`. `on_loss` is also called for a web address that the index cannot hold.
    """
    resources: list[dict[str, object]] = []
    count = 0
    with zipfile.ZipFile(out, "w", zipfile.ZIP_STORED) as package, tempfile.TemporaryFile() as pages:
        pages.write(_line({"format": "json-pages-1.0", "id": "pages", "title": "All Pages"}))
        index = _Index()
        with _Member(package, _WARC_PATH, resources) as member:
            for capture, offset, length in _records(member, on_loss, include_hidden=include_hidden):
                count += 1
                if _is_web(_address(capture)):
                    try:
                        index.add(capture, offset, length)
                    except ValueError as error:  # the address is malformed
                        on_loss(capture.filename or capture.sha256, f"{capture.address} is not in the index: {error}")
                        continue
                    pages.write(_page(capture))
        with (
            _Member(package, _INDEX_PATH, resources) as member,
            gzip.GzipFile(fileobj=member, mode="wb", mtime=0) as packed,
        ):
            for line in index.sorted():
                packed.write(line)
        pages.seek(0)
        with _Member(package, _PAGES_PATH, resources) as member:
            while part := pages.read(1 << 16):
                member.write(part)
        description = json.dumps(_description(resources), ensure_ascii=False, indent=2).encode()
        package.writestr("datapackage.json", description)
        digest = {"path": "datapackage.json", "hash": f"sha256:{hashlib.sha256(description).hexdigest()}"}
        package.writestr("datapackage-digest.json", json.dumps(digest))
    return count


class _CountingStream:
    """A stream that counts the bytes written to it."""

    def __init__(self, out: IO[bytes]) -> None:
        self.out, self.count = out, 0

    def write(self, data: bytes) -> int:
        """Writes to the stream below and returns the number of bytes written."""
        self.count += len(data)
        return self.out.write(data)

    def flush(self) -> None:
        """Does nothing: the writer flushes after every record, but the stream below decides when to write."""


class _Member(_CountingStream):
    """A member of the package while it is written. On exit it is added to `resources` with its size and digest."""

    def __init__(self, package: zipfile.ZipFile, path: str, resources: list[dict[str, object]]) -> None:
        super().__init__(package.open(zipfile.ZipInfo(path, timezone.now().timetuple()[:6]), "w", force_zip64=True))
        self.path, self.resources, self.digest = path, resources, hashlib.sha256()

    def write(self, data: bytes) -> int:
        """Writes bytes to the member, and adds them to its digest and its size."""
        self.digest.update(data)
        return super().write(data)

    def __enter__(self) -> "_Member":
        return self

    def __exit__(self, *error: object) -> None:
        self.out.close()
        name = self.path.rsplit("/", 1)[-1]
        digest = f"sha256:{self.digest.hexdigest()}"
        self.resources.append({"name": name, "path": self.path, "hash": digest, "bytes": self.count})


def _records(out: _CountingStream, on_loss: OnLoss, *, include_hidden: bool) -> Iterator[tuple[Capture, int, int]]:
    """Writes a record about the file, then one for each capture. Yields captures with their records' offset and length.

    Both are bytes of the compressed file.
    """
    writer = WARCWriter(out, gzip=True, warc_version=WARC_VERSION)
    fields = {"software": SOFTWARE, "format": f"WARC File Format {WARC_VERSION}", "isPartOf": SOFTWARE}
    writer.write_record(writer.create_warcinfo_record("captures.warc.gz", fields))
    captures = Capture.objects.accepted() if include_hidden else Capture.objects.public()
    rows = captures.select_related("article").defer("article__body", "article__set_aside").order_by("id")
    for capture in rows.iterator(chunk_size=ROWS_AT_ONCE):
        try:
            record = _record(writer, capture, capture.read())
        except (DamagedCaptureError, ValueError) as error:
            on_loss(capture.filename or capture.sha256, str(error))
            continue
        offset = out.count
        writer.write_record(record)
        yield capture, offset, out.count - offset


def _record(writer: WARCWriter, capture: Capture, content: bytes) -> object:
    """Makes the record of a capture: a `response` for a web page, a `resource` for anything else.

    Raises ValueError if no record can be made of it.
    """
    if capture.captured_at is None:
        raise ValueError(f"capture {capture.sha256} has no time that can be written (article {capture.article_id})")
    address = _address(capture)
    if _NO_HEADER.search(address + capture.media_type + capture.encoding):
        raise ValueError(f"capture {capture.sha256}: its address or type cannot stand in a header")
    when = _moment(capture)
    kind = capture.media_type + (
        f"; charset={capture.encoding}" if capture.encoding and capture.media_type.startswith("text/") else ""
    )
    if _is_web(address):
        length = ("Content-Length", str(len(content)))
        http = StatusAndHeaders("200 OK", [("Content-Type", kind), length], protocol="HTTP/1.1")
        record_fields = {"record_type": "response", "http_headers": http}
    else:
        record_fields = {"record_type": "resource", "warc_content_type": kind}
    return writer.create_warc_record(
        address,
        payload=io.BytesIO(content),
        length=len(content),
        warc_headers_dict={"WARC-Date": when},
        **record_fields,
    )


def _address(capture: Capture) -> str:
    """Returns the capture's web address, or `urn:sha256:` and its digest if it came as a file.

    A capture that an older version stored under a malformed address gets the digest too.
    """
    return canonical_or_empty(capture.web_address) or f"urn:sha256:{capture.sha256}"


def _is_web(address: str) -> bool:
    return address.startswith(("http://", "https://"))


class _Index:
    """The CDXJ lines of all records. Sorted runs of _RUN lines are kept on disk and merged at the end."""

    def __init__(self) -> None:
        self._lines: list[bytes] = []
        self._runs: list[BinaryIO] = []

    def add(self, capture: Capture, offset: int, length: int) -> None:
        """Adds the line of one record. Raises AddressError for a malformed address."""
        address = _address(capture)
        stamp = re.sub("[^0-9]", "", _moment(capture))
        fields = {
            "url": address, "mime": capture.media_type, "status": "200", "digest": f"sha256:{capture.sha256}",
            "length": str(length), "offset": str(offset), "filename": _WARC_PATH.rsplit("/", 1)[-1],
        }  # fmt: skip
        self._lines.append(f"{surt(address)} {stamp} {json.dumps(fields, ensure_ascii=False)}\n".encode())
        if len(self._lines) >= _RUN:
            run = tempfile.TemporaryFile()  # noqa: SIM115  It is read again in `sorted`.
            run.writelines(sorted(self._lines))
            self._runs.append(run)
            self._lines = []

    def sorted(self) -> Iterator[bytes]:
        """Yields all lines in order; can be called once."""
        for run in self._runs:
            run.seek(0)
        yield from heapq.merge(sorted(self._lines), *self._runs)
        for run in self._runs:
            run.close()


def surt(address: str) -> str:
    """Returns an address as indexes sort it: «com,example)/path?query».

    The host is reversed and without «www»; all letters are lower case. Raises AddressError.
    """
    parts = read_address(address)
    host = parts.host.removeprefix("www.")
    port = f":{parts.port}" if parts.port else ""
    return f"{','.join(reversed(host.split('.')))}{port}){parts.target}".lower()


def _page(capture: Capture) -> bytes:
    return _line(
        {"id": str(capture.pk), "url": _address(capture), "title": capture.article.title, "ts": _moment(capture)}
    )


def _moment(capture: Capture) -> str:
    """Returns the time of the capture in UTC (ISO 8601)."""
    if capture.captured_at is None:
        raise ValueError(f"Python cannot hold the time of capture {capture.pk}")
    return capture.captured_at.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")


def _line(row: dict[str, object]) -> bytes:
    return json.dumps(row, ensure_ascii=False).encode() + b"\n"


def _description(resources: list[dict[str, object]]) -> dict[str, object]:
    now = datetime.now(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
    return {
        "profile": "data-package", "wacz_version": WACZ_VERSION, "software": SOFTWARE, "title": "أرشيف دبلوماسية مكافحة الإرهاب",
        "created": now, "resources": resources,
    }  # fmt: skip


WEB_ARCHIVES = {"warc": write_warc, "wacz": write_wacz}
