"""The address and network by which a client is counted."""

import pytest
from django.test import RequestFactory

from articles.platform import visitors


@pytest.mark.parametrize(
    ("behind_proxy", "forwarded", "expected"),
    [
        (True, "203.0.113.9, 198.51.100.7", "198.51.100.7"), (True, "198.51.100.7", "198.51.100.7"), (True, " a , b ", "b"),
        (True, "", "192.0.2.1"), (True, None, "192.0.2.1"), (False, "203.0.113.9", "192.0.2.1"),
    ],
)  # fmt: skip
def test_a_client_is_known_by_the_address_that_our_proxy_appended(
    settings: object, behind_proxy: bool, forwarded: str | None, expected: str
) -> None:
    settings.ARCHIVE_BEHIND_PROXY = behind_proxy
    headers = {} if forwarded is None else {"x-forwarded-for": forwarded}
    assert visitors.address(RequestFactory().get("/", REMOTE_ADDR="192.0.2.1", headers=headers)) == expected


@pytest.mark.parametrize(
    ("address", "network"),
    [("192.0.2.1", "192.0.2.1"), ("::ffff:192.0.2.1", "192.0.2.1"), ("2001:db8:1:2:3::4", "20010db800010002::/64"),
     ("2001:db8:1:2:ffff::", "20010db800010002::/64"), ("2001:db8:1:3::", "20010db800010003::/64"), ("unix", "unix")],
)  # fmt: skip
def test_a_subscriber_is_one_network(address: str, network: str) -> None:
    assert visitors.network(RequestFactory().get("/", REMOTE_ADDR=address)) == network
