"""A page is fetched only if every address of its host is public."""

import socket
from typing import Any

import pytest

from articles.ingest.document import UnreadableError
from articles.ingest.fetch import fetch

PUBLIC, OTHER_PUBLIC, PRIVATE, LOOPBACK = "93.184.215.14", "2606:2800:21f:cb07:6820:80da:af6b:8b2c", "10.0.0.1", "::1"


@pytest.mark.parametrize(
    ("ips", "is_refused"),
    [
        ([PRIVATE], True),
        ([PUBLIC, PRIVATE], True),
        ([PRIVATE, PUBLIC], True),
        ([PUBLIC, LOOPBACK], True),
        ([PUBLIC, OTHER_PUBLIC], False),
    ],
)
def test_one_private_address_of_a_host_is_enough_to_refuse_it(
    monkeypatch: pytest.MonkeyPatch, ips: list[str], is_refused: bool
) -> None:
    """The name service is not ours, and neither is the network: no connection may be made to a refused host."""
    connected: list[Any] = []

    def connect(self: socket.socket, peer: Any) -> None:
        connected.append(peer)
        raise ConnectionRefusedError

    monkeypatch.setattr(
        socket, "getaddrinfo", lambda *_, **__: [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (ip, 80)) for ip in ips]
    )
    monkeypatch.setattr(socket.socket, "connect", connect)
    with pytest.raises(UnreadableError, match="not a public address" if is_refused else "takes no connection"):
        fetch("http://host.example/story")
    assert [peer[0] for peer in connected] == ([] if is_refused else [PUBLIC])
