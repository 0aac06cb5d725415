"""Times every list and page of the desk on a large archive: server time and statements, for an editor with all
permissions.

    python tests/benchmarks/desk.py [--articles 1000000] [--actors 20000] [--keep]

SQL makes the archive in a database of its own: short articles, each with mentions, figures, a coverage, a capture and
some changes, nearly all of them waiting for review. It measures and asserts nothing.
"""

import argparse
import os
import statistics
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "archive.settings")

REPEATS = 7

FILL = """
INSERT INTO articles_source (name, folded_name, kind, country, domains, marks, folded_marks)
    SELECT 'صحيفة ' || n, 'صحيفه ' || n, 'newspaper', '', '{{}}', '{{}}', '{{}}' FROM generate_series(1, 1000) n;
INSERT INTO articles_measure (label, units, broad_units, cues) SELECT 'مقياس ' || n, '{{}}', '{{}}', '{{}}' FROM generate_series(1, 200) n;
INSERT INTO articles_actor (name, folded_name, distinction, kind, country, description, state, rule, score)
    SELECT 'هيئة ' || substr(md5(n::text), 1, 12) || ' ' || n, 'هيئه ' || substr(md5(n::text), 1, 12) || ' ' || n, '', 'civil', '', '',
        CASE WHEN n % 3 = 0 THEN 'suggested' ELSE 'confirmed' END, 'rule', 0.5 + (n % 50) / 100.0 FROM generate_series(1, {actors}) n;
INSERT INTO articles_alias (actor_id, name, folded, kind, found_in_text)
    SELECT id, name || ' ' || k, folded_name || ' ' || k, 'spelling', true FROM articles_actor, generate_series(1, 3) k WHERE name LIKE 'هيئة %';
INSERT INTO articles_event (title, folded_title, terms, kind, periods, place, country, description, state, rule, score,
        start_precision, start_basis, start_date, start_earliest, start_latest, end_precision, end_basis)
    SELECT 'لقاء ' || n, 'لقاء ' || n, ARRAY['لقاء'], 'meeting', '{{}}', '', '', '', CASE WHEN n % 4 = 0 THEN 'suggested' ELSE 'confirmed' END,
        'rule', 0.8, 'day', 'stated', d, d, d, 'unknown', 'inferred'
    FROM (SELECT n, date '2005-01-01' + n % 7000 AS d FROM generate_series(1, {events}) n) AS dated;
INSERT INTO articles_article (title, title_origin, body, author, section, source_id, url, published_date, published_precision,
        published_basis, published_earliest, published_latest, date_statements, language, status, word_count, set_aside, created_at,
        updated_at, notice)
    SELECT 'خبر ' || n, 'stated', 'عقد اللقاء رقم ' || n || ' في المدينة ' || n % 977 || ' حول أمن الحدود ومكافحة الإرهاب بمشاركة ' || n % 90 || ' وفدا',
        '', '', (SELECT min(id) FROM articles_source WHERE name LIKE 'صحيفة %') + n % 1000, '', d, 'day',
        CASE WHEN n % 2 = 0 THEN 'inferred' ELSE 'stated' END, d, d, '[]', 'ar',
        CASE WHEN n % 50 = 0 THEN 'draft' WHEN n % 500 = 1 THEN 'withdrawn' ELSE 'published' END, 15, '[]', now() - n * interval '1 minute', now(), ''
    FROM (SELECT n, date '2005-01-01' + n % 7000 AS d FROM generate_series(1, {articles}) n) AS dated;
INSERT INTO articles_mention (article_id, actor_id, spans, quotes, role, state, rule, score)
    SELECT article.id, (SELECT min(id) FROM articles_actor WHERE name LIKE 'هيئة %') + (article.id * 7 + k * 13) % {actors}, '{{}}', '{{}}', '',
        CASE WHEN article.id % 10 = 0 THEN 'confirmed' ELSE 'suggested' END, 'rule', 0.5 + (article.id % 50) / 100.0
    FROM articles_article article, generate_series(1, 3) k ON CONFLICT DO NOTHING;
INSERT INTO articles_coverage (article_id, event_id, state, rule, score)
    SELECT id, (SELECT min(id) FROM articles_event WHERE title LIKE 'لقاء %') + id % {events},
        CASE WHEN id % 10 = 0 THEN 'confirmed' ELSE 'suggested' END, 'rule', 0.6 FROM articles_article ON CONFLICT DO NOTHING;
INSERT INTO articles_figure (article_id, value, qualifier, unit, about, scope, quote, state, rule, score, measure_id)
    SELECT id, id % 90, 'exactly', 'وفد', '', '', 'وفدا', CASE WHEN id % 10 = 0 THEN 'confirmed' ELSE 'suggested' END, 'rule',
        0.5 + (id % 50) / 100.0, (SELECT min(id) FROM articles_measure WHERE label LIKE 'مقياس %') + id % 200 FROM articles_article;
INSERT INTO articles_reprint (article_id, original_id, state, rule, score)
    SELECT id, id - 1, 'suggested', 'rule', 0.9 FROM articles_article WHERE id % 20 = 0;
INSERT INTO articles_capture (article_id, sha256, size, media_type, encoding, filename, address, captured_at)
    SELECT id, encode(sha256(id::text::bytea), 'hex'), 1000, 'text/plain', 'utf-8', id || '.txt', '', now() FROM articles_article;
INSERT INTO articles_contradiction (event_id, measure_id, scope, is_open, found_at, state, rule, score)
    SELECT id, (SELECT min(id) FROM articles_measure), '', true, now(), 'suggested', 'rule', 0.9 FROM articles_event WHERE title LIKE 'لقاء %' LIMIT 2000;
UPDATE articles_article SET section = 'سياسة' WHERE id % 20 = 0;
"""


def fill(articles: int, actors: int) -> None:
    """Fills the database with articles, their facts and actors."""
    from django.db import connection

    started = time.monotonic()
    with connection.cursor() as cursor:
        cursor.execute("SET synchronous_commit TO off; SET maintenance_work_mem TO '1GB'")
        cursor.execute("SELECT indexdef FROM pg_indexes WHERE indexname = 'article_terms'")
        (terms,) = cursor.fetchone()
        cursor.execute("DROP INDEX article_terms")
        for statement in FILL.format(articles=articles, actors=actors, events=actors // 2).split(";\n"):
            if statement.strip():
                cursor.execute(statement)
        cursor.execute(terms)
        cursor.execute("VACUUM ANALYZE")
    print(f"{articles:,} articles, {actors:,} actors made in {time.monotonic() - started:.0f} s")


def measure() -> None:
    """Requests every list and page, and prints time and statements of each."""
    from django.contrib.auth.models import User
    from django.db import connection
    from django.test import Client
    from django.test.utils import CaptureQueriesContext
    from django.urls import reverse

    from articles.models import Actor, Article

    user, _ = User.objects.get_or_create(username="measurer", defaults={"is_staff": True, "is_superuser": True})
    client = Client()
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    article, actor = Article.objects.order_by("-id").first(), Actor.objects.order_by("-id").first()
    lists = {
        noun: reverse(f"admin:articles_{noun}_changelist")
        for noun in ("article", "actor", "event", "eventseries", "mention", "coverage", "figure", "measure", "reprint",
                     "contradiction", "source", "synonymset", "capture", "delivery")
    }  # fmt: skip
    pages = dict(lists.items())
    pages |= {
        f"{noun}, suggested": f"{lists[noun]}?state__exact=suggested"
        for noun in ("actor", "event", "mention", "coverage", "figure", "reprint", "contradiction")
    }
    pages |= {
        "article, waiting": f"{lists['article']}?checked=no", "article, drafts": f"{lists['article']}?status__exact=draft",
        "article, withdrawn": f"{lists['article']}?status__exact=withdrawn", "article, last page": f"{lists['article']}?p=100",
        "article, search": f"{lists['article']}?q=الإرهاب", "article, rare search": f"{lists['article']}?q=977",
        "article, mine": f"{lists['article']}?checked=mine", "article, by date": f"{lists['article']}?o=3",
        "article, deleted": f"{lists['article']}?status__exact=deleted",
        "actor, search": f"{lists['actor']}?q=هيئة", "mention, search": f"{lists['mention']}?q=هيئة",
        "figure, of a measure": f"{lists['figure']}?measure=5", "figure, search": f"{lists['figure']}?q=وفد",
        "figure, rejected": f"{lists['figure']}?state__exact=rejected", "mention, confirmed": f"{lists['mention']}?state__exact=confirmed",
        "coverage, search": f"{lists['coverage']}?q=لقاء", "capture, search": f"{lists['capture']}?q=977",
        "queue": "/admin/", "queue, mine": "/admin/?mine=1", "operations": "/admin/operations/", "duplicates": "/admin/duplicates/",
        "duplicates, events": "/admin/duplicates/?noun=event",
        "review": f"/admin/review/{article.pk}/", "next, oldest": "/admin/review/?order=old", "next, least sure": "/admin/review/?order=unsure",
        "next, date": "/admin/review/?kind=date", "article form": f"/admin/articles/article/{article.pk}/change/",
        "actor form": f"/admin/articles/actor/{actor.pk}/change/", "article history": f"/admin/articles/article/{article.pk}/history/",
        "names": "/admin/names/actor/?q=هيئة",
    }  # fmt: skip
    print(f"{'page':28} {'median ms':>10} {'slowest':>8} {'statements':>10}")
    for name, address in pages.items():
        times = []
        for _ in range(REPEATS):
            with CaptureQueriesContext(
                connection,
            ) as queries:
                started = time.perf_counter()
                response = client.get(address)
                times.append(1000 * (time.perf_counter() - started))
        status = "" if response.status_code in {200, 302} else f" status {response.status_code}"
        print(f"{name:28} {statistics.median(times):10.0f} {max(times):8.0f} {len(queries):10}{status}", flush=True)


def main() -> None:
    """Makes the archive, measures it, and drops it unless `--keep` is set."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--articles", type=int, default=1_000_000)
    parser.add_argument("--actors", type=int, default=20_000)
    parser.add_argument("--keep", action="store_true", help="the archive made stays for the next run")
    options = parser.parse_args()
    import django

    django.setup()
    from django.conf import settings

    from articles.models import Article
    from articles.platform.scratch import kept_database, scratch_database

    settings.ALLOWED_HOSTS = ["*"]
    settings.STORAGES["staticfiles"]["BACKEND"] = "django.contrib.staticfiles.storage.StaticFilesStorage"
    name = f"desk_{options.articles}"
    with (kept_database if options.keep else scratch_database)(name):
        if not Article.objects.exists():
            fill(options.articles, options.actors)
        measure()


if __name__ == "__main__":
    main()
