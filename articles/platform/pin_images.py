"""Writes the digest of each image beside its version, in a compose file and a Dockerfile: `make pin` calls it.

    python articles/platform/pin_images.py docker-compose.yml Dockerfile

A version is a name, and a registry may one day serve another image under it. A digest identifies the image itself. All
registries are queried before anything is written: where one does not answer, no file is changed and the exit status is
1. The script uses only the standard library and the protocol of the OCI distribution specification: HEAD
/v2/NAME/manifests/VERSION, with a token where the registry demands one.
"""

import hashlib
import json
import os
import re
import sys
import tempfile
import urllib.error
import urllib.parse
import urllib.request
from dataclasses import dataclass
from pathlib import Path

# Seconds that a registry has for each answer. A judgement: it sends a few kilobytes, and somebody waits for the
# command.
REGISTRY_SECONDS = 15
# The registry of images that name none, and the folder of Docker Hub's official images.
_HUB, _OFFICIAL = "registry-1.docker.io", "library/"
# `image: name:version` or `FROM name:version`, followed by a digest where the file is pinned already.
_LINE = re.compile(
    r"^(?P<before>\s*(?:image:|FROM)\s+)(?P<image>[\w.:/-]+:[\w][\w.-]*)(?:@sha256:[0-9a-f]{64})?(?P<after>.*)$",
    re.MULTILINE,
)
_MANIFESTS = ", ".join([
    "application/vnd.oci.image.index.v1+json", "application/vnd.docker.distribution.manifest.list.v2+json",
    "application/vnd.oci.image.manifest.v1+json", "application/vnd.docker.distribution.manifest.v2+json",
])  # fmt: skip


class RegistryError(Exception):
    """A registry does not answer, or does not have the image. The message says which."""


@dataclass(frozen=True)
class Image:
    """An image in a registry.

    registry: the address of the registry, with its scheme.
    name: the image's name in the registry.
    version: the tag of the version.
    """

    registry: str
    name: str
    version: str

    @classmethod
    def of(cls, reference: str) -> "Image":
        """Parses `postgres:18.1`, `valkey/valkey:8.1.4` or `registry.example/name:1`.

        Registries on the loopback address speak plain HTTP.
        """
        name, _, version = reference.rpartition(":")
        host, slash, rest = name.partition("/")
        if not slash or not ("." in host or ":" in host or host == "localhost"):
            return cls(f"https://{_HUB}", name if slash else _OFFICIAL + name, version)
        is_loopback = host.partition(":")[0] in ("localhost", "127.0.0.1")
        return cls(f"{'http' if is_loopback else 'https'}://{host}", rest, version)


def pin(text: str, digests: dict[str, str]) -> str:
    """Returns the text of a file with the digest of each image that it names.

    `digests` maps `name:version` to a digest.
    """

    def line(match: re.Match) -> str:
        return f"{match['before']}{match['image']}@{digests[match['image']]}{match['after']}"

    return _LINE.sub(line, text)


def images(text: str) -> list[str]:
    """Returns the images with a version that a compose file or a Dockerfile names.

    They are in the file's spelling and order, each once.
    """
    return list(dict.fromkeys(match["image"] for match in _LINE.finditer(text)))


def digest_of(reference: str) -> str:
    """Returns the digest of an image, `sha256:…`, which covers all its platforms. Raises RegistryError."""
    image = Image.of(reference)
    address = f"{image.registry}/v2/{image.name}/manifests/{image.version}"
    headers = {"Accept": _MANIFESTS}
    try:
        try:
            return _fetch_digest(address, headers)
        except urllib.error.HTTPError as error:
            if error.code != 401:
                raise
            challenge = error.headers.get("WWW-Authenticate", "")
        return _fetch_digest(address, headers | {"Authorization": f"Bearer {_token(challenge, image)}"})
    except (OSError, ValueError) as error:
        raise RegistryError(f"{reference}: {image.registry} does not tell its digest: {error}") from error


def _fetch_digest(address: str, headers: dict[str, str]) -> str:
    """Fetches a manifest and returns its digest.

    Raises ValueError where the registry's header states another digest.
    """
    with urllib.request.urlopen(urllib.request.Request(address, headers=headers), timeout=REGISTRY_SECONDS) as answer:
        manifest = answer.read(1 << 22)
        stated = answer.headers.get("Docker-Content-Digest", "")
    computed = f"sha256:{hashlib.sha256(manifest).hexdigest()}"
    if stated and stated != computed:
        raise ValueError(f"it told the digest {stated[:80]!r} of a manifest with the digest {computed}")
    return computed


def _token(challenge: str, image: Image) -> str:
    """Fetches a token for reading the image from the address that the registry's 401 names (WWW-Authenticate)."""
    fields = dict(re.findall(r'(\w+)="([^"]*)"', challenge))
    if not fields.get("realm", "").startswith(("https://", "http://127.0.0.1", "http://localhost")):
        raise ValueError("it asks for a login and does not say where")
    query = {"service": fields.get("service", ""), "scope": f"repository:{image.name}:pull"}
    with urllib.request.urlopen(
        f"{fields['realm']}?{urllib.parse.urlencode(query)}", timeout=REGISTRY_SECONDS
    ) as answer:
        reply = json.loads(answer.read(1 << 20))
    token = reply.get("token") or reply.get("access_token")
    if not token:
        raise ValueError("it gave no token")
    return token


def _replace(path: Path, text: str) -> None:
    """Replaces the content of a file in one step. Its mode stays."""
    with tempfile.NamedTemporaryFile("w", dir=path.parent, delete=False, encoding="utf-8") as file:
        file.write(text)
    os.chmod(file.name, path.stat().st_mode & 0o777)
    os.replace(file.name, path)


def main(paths: list[str]) -> None:
    """Writes the digests into the files. If a registry does not answer, ends with status 1 and changes no file."""
    texts = {Path(path): Path(path).read_text(encoding="utf-8") for path in paths}
    wanted = list(dict.fromkeys(image for text in texts.values() for image in images(text)))
    try:
        digests = {image: digest_of(image) for image in wanted}
    except RegistryError as error:
        sys.exit(f"{error}\nNo file was changed.")
    for path, text in texts.items():
        _replace(path, pin(text, digests))
    for image in wanted:
        print(f"{image}@{digests[image]}")


if __name__ == "__main__":
    main(sys.argv[1:])
