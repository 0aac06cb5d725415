"""What operators see of the archive: logs, counters, and an orderly stop."""

import json
import re

from tests.system.conftest import Archives, Served


def test_a_request_is_found_in_the_log_by_its_id_and_nobodys_words_are(archives: Archives) -> None:
    archive = archives.filled("logs")
    environment = {"ARCHIVE_LOG_FORMAT": "json", "ARCHIVE_LOG_LEVEL": "INFO", "ARCHIVE_SLOW_STATEMENT": "1"}
    with Served(archive, **environment) as served:
        answer = served.get("/search/?q=سؤال-لا-يعني-أحدا")
        missing = served.get("/no-such-page?secret=سر")
        forwarded = served.get("/", X_Request_ID="chosen-by-the-asker", X_Forwarded_For="203.0.113.9")
    lines = [json.loads(line) for line in served.log.read_text(encoding="utf-8").splitlines()]
    line_by_id = {line["request_id"]: line for line in lines if line["event"] == "request_finished"}
    own = line_by_id[answer.headers["X-Request-ID"]]
    assert (own["request"], own["code"], own["level"]) == ("GET /search/", 200, "info")
    assert line_by_id[missing.headers["X-Request-ID"]]["code"] == 404
    assert forwarded.headers["X-Request-ID"] != "chosen-by-the-asker"
    slow = [line for line in lines if line["logger"] == "archive.slow"]
    assert slow and re.match(r"\d+ ms: \W*\w+", slow[0]["event"]) and "request_id" in slow[0]
    everything = served.log.read_text(encoding="utf-8")
    assert not any(word in everything for word in ("سؤال", "سر", "203.0.113.9", "127.0.0.1 -"))
    assert {"event", "level", "logger", "timestamp"} <= set.intersection(*(set(line) for line in lines))


def test_the_processes_of_a_server_are_counted_together(archives: Archives) -> None:
    archive = archives.filled("counters")
    with Served(archive, ARCHIVE_METRICS_TOKEN="t") as served:
        for _ in range(24):
            served.get("/about/")
        shown = served.get("/metrics", Authorization="Bearer t").text
    answered = dict(re.findall(r'^archive_kept_pages_total\{outcome="(\w+)"\} ([\d.]+)$', shown, re.MULTILINE))
    assert sum(map(float, answered.values())) == 24 and float(answered["kept"]) >= 22
    assert re.search(r'^django_http_responses_total_by_status_total\{status="200"\} 24.0$', shown, re.MULTILINE)
