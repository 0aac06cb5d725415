"""The captures as a web archive: WARC 1.1 (ISO 28500), and WACZ 1.1.1, which replay tools open by themselves."""

import gzip
import hashlib
import heapq
import io
import json
import tempfile
import zipfile
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import BinaryIO

from django.utils import timezone
from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

from articles.models import Capture
from articles.models.capture import DamagedCaptureError
from articles.platform.addresses import canonical_or_empty, read_address

SOFTWARE = "counter-terrorism-diplomacy-archive"
WARC_VERSION, WACZ_VERSION = "1.1", "1.1.1"
_WARC_PATH, _INDEX_PATH, _PAGES_PATH = "archive/captures.warc.gz", "indexes/index.cdx.gz", "pages/pages.jsonl"
CHUNK = 200
# Hears the place and the reason of what could not be written.
Told = Callable[[str, str], None]
# Lines of the index sorted in memory at a time.
_RUN = 50_000


def write_warc(out: BinaryIO, told: Told = lambda place, reason: None) -> int:
    """Writes every accepted capture as a record, gzip members one by one; returns how many.

    `told` hears of a capture whose bytes are damaged, which is left out.
    """
    return sum(1 for _ in _records(_Counted(out), told))


def write_wacz(out: BinaryIO, told: Told = lambda place, reason: None) -> int:
    """Writes the captures as a WACZ package: the WARC file, its index, the list of pages, and the digests of all."""
    resources: list[dict[str, object]] = []
    count = 0
    with zipfile.ZipFile(out, "w", zipfile.ZIP_STORED) as package, tempfile.TemporaryFile() as pages:
        pages.write(_line({"format": "json-pages-1.0", "id": "pages", "title": "All Pages"}))
        index = _Index()
        with _Member(package, _WARC_PATH, resources) as member:
            for capture, offset, length in _records(member, told):
                count += 1
                if _is_web(_address(capture)):
                    index.add(capture, offset, length)
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
        described = json.dumps(_description(resources), ensure_ascii=False, indent=2).encode()
        package.writestr("datapackage.json", described)
        digest = {"path": "datapackage.json", "hash": f"sha256:{hashlib.sha256(described).hexdigest()}"}
        package.writestr("datapackage-digest.json", json.dumps(digest))
    return count


class _Counted:
    """A stream that knows how many bytes it took."""

    def __init__(self, out: BinaryIO) -> None:
        self.out, self.count = out, 0

    def write(self, data: bytes) -> int:
        self.count += len(data)
        return self.out.write(data)

    def flush(self) -> None:
        """The writer asks after every record; the stream below decides when it writes."""


class _Member(_Counted):
    """A member of the package while it is written; on closing it is listed with size and digest."""

    def __init__(self, package: zipfile.ZipFile, path: str, resources: list[dict[str, object]]) -> None:
        super().__init__(package.open(zipfile.ZipInfo(path, timezone.now().timetuple()[:6]), "w", force_zip64=True))
        self.path, self.resources, self.digest = path, resources, hashlib.sha256()

    def write(self, data: bytes) -> int:
        self.digest.update(data)
        return super().write(data)

    def __enter__(self) -> "_Member":
        return self

    def __exit__(self, *error: object) -> None:
        self.out.close()
        name = self.path.rsplit("/", 1)[-1]
        digest = f"sha256:{self.digest.hexdigest()}"
        self.resources.append({"name": name, "path": self.path, "hash": digest, "bytes": self.count})


def _records(out: _Counted, told: Told) -> Iterator[tuple[Capture, int, int]]:
    """Writes a record for the archive and one for every capture; yields each capture with its record's offset and length."""
    writer = WARCWriter(out, gzip=True, warc_version=WARC_VERSION)
    facts = {"software": SOFTWARE, "format": f"WARC File Format {WARC_VERSION}", "isPartOf": SOFTWARE}
    writer.write_record(writer.create_warcinfo_record("captures.warc.gz", facts))
    rows = (
        Capture.objects.accepted().select_related("article").defer("article__body", "article__set_aside").order_by("id")
    )
    for capture in rows.iterator(chunk_size=CHUNK):
        try:
            content = capture.read()
        except DamagedCaptureError as error:
            told(capture.filename or capture.sha256, str(error))
            continue
        offset = out.count
        writer.write_record(_record(writer, capture, content))
        yield capture, offset, out.count - offset


def _record(writer: WARCWriter, capture: Capture, content: bytes) -> object:
    """A page of the web as the answer of its server, anything else as a resource of its own."""
    address = _address(capture)
    when = capture.captured_at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    kind = capture.media_type + (
        f"; charset={capture.encoding}" if capture.encoding and capture.media_type.startswith("text/") else ""
    )
    if _is_web(address):
        length = ("Content-Length", str(len(content)))
        http = StatusAndHeaders("200 OK", [("Content-Type", kind), length], protocol="HTTP/1.1")
        described = {"record_type": "response", "http_headers": http}
    else:
        described = {"record_type": "resource", "warc_content_type": kind}
    return writer.create_warc_record(
        address, payload=io.BytesIO(content), length=len(content), warc_headers_dict={"WARC-Date": when}, **described
    )


def _address(capture: Capture) -> str:
    """Where the capture is from on the web; what came as a file is named by its digest, not by where it lay.

    So is what an older version stored under a malformed address.
    """
    return canonical_or_empty(capture.address) or f"urn:sha256:{capture.sha256}"


def _is_web(address: str) -> bool:
    return address.startswith(("http://", "https://"))


class _Index:
    """CDXJ lines of the records, sorted in runs on disk."""

    def __init__(self) -> None:
        self._lines: list[bytes] = []
        self._runs: list[BinaryIO] = []

    def add(self, capture: Capture, offset: int, length: int) -> None:
        address = _address(capture)
        stamp = capture.captured_at.astimezone(UTC).strftime("%Y%m%d%H%M%S")
        facts = {
            "url": address, "mime": capture.media_type, "status": "200", "digest": f"sha256:{capture.sha256}",
            "length": str(length), "offset": str(offset), "filename": _WARC_PATH.rsplit("/", 1)[-1],
        }  # fmt: skip
        self._lines.append(f"{surt(address)} {stamp} {json.dumps(facts, ensure_ascii=False)}\n".encode())
        if len(self._lines) >= _RUN:
            run = tempfile.TemporaryFile()  # noqa: SIM115 (read again in `sorted`)
            run.writelines(sorted(self._lines))
            self._runs.append(run)
            self._lines = []

    def sorted(self) -> Iterator[bytes]:
        for run in self._runs:
            run.seek(0)
        yield from heapq.merge(sorted(self._lines), *self._runs)
        for run in self._runs:
            run.close()


def surt(address: str) -> str:
    """An address as indexes sort it: «com,example)/path?query», host reversed, lower case, without «www»; raises AddressError."""
    parts = read_address(address)
    host = parts.host.removeprefix("www.")
    port = f":{parts.port}" if parts.port else ""
    return f"{','.join(reversed(host.split('.')))}{port}){parts.target}".lower()


def _page(capture: Capture) -> bytes:
    stamp = capture.captured_at.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
    return _line({"id": str(capture.pk), "url": _address(capture), "title": capture.article.title, "ts": stamp})


def _line(row: dict[str, object]) -> bytes:
    return json.dumps(row, ensure_ascii=False).encode() + b"\n"


def _description(resources: list[dict[str, object]]) -> dict[str, object]:
    now = datetime.now(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
    return {
        "profile": "data-package", "wacz_version": WACZ_VERSION, "software": SOFTWARE, "title": "أرشيف دبلوماسية مكافحة الإرهاب",
        "created": now, "resources": resources,
    }  # fmt: skip


WEB_ARCHIVES = {"warc": write_warc, "wacz": write_wacz}
