import pytest

from articles.curation.merging import MergeError, merge_actors, merge_events, merge_sources
from articles.models import Actor, Article, Coverage, Event, Mention, Source
from articles.search.run import search

pytestmark = pytest.mark.django_db


def test_merging_actors_moves_everything_and_keeps_the_old_name(seed: object) -> None:
    survivor = Actor.objects.get(name="ناصر بوريطة")
    gone = Actor.objects.get(name="إسماعيل الشقوري")
    twice = seed("002")
    merge_actors(gone, survivor)
    mention = Mention.objects.get(article=twice, actor=survivor)
    assert {"ناصر بوريطة", "إسماعيل الشقوري"} <= set(mention.quotes)
    assert mention.quotes == [twice.body[start:end] for start, end in mention.spans]
    assert not Mention.objects.filter(actor=gone).exists()
    assert survivor.aliases.filter(name="إسماعيل الشقوري").exists()
    assert Actor.objects.get(pk=gone.pk).survivor == survivor
    assert seed("000").pk in {hit.article.pk for hit in search("إسماعيل الشقوري").hits}


def test_of_two_reviews_the_confirmation_stands(seed: object) -> None:
    event = Event.objects.get(title__startswith="الاجتماع الوزاري")
    gone = Event.objects.create(title="اجتماع مراكش الوزاري", kind="ministerial")
    Coverage.objects.create(article=seed("000"), event=gone, state="confirmed")
    merge_events(gone, event)
    assert Coverage.objects.get(article=seed("000"), event=event).state == "confirmed"


def test_merging_sources_moves_articles_and_marks(make_article: object) -> None:
    agency = Source.objects.by_mark("و م ع")
    gone = Source.objects.create(name="لاماب", marks=["لاماب"])
    article = make_article(source=gone)
    merge_sources(gone, agency)
    assert Article.objects.get(pk=article.pk).source == agency
    assert Source.objects.by_mark("لاماب") == agency


def test_nothing_is_merged_into_itself_or_twice() -> None:
    actor, gone = Actor.objects.order_by("id")[:2]
    with pytest.raises(MergeError):
        merge_actors(actor, actor)
    merge_actors(gone, actor)
    with pytest.raises(MergeError):
        merge_actors(Actor.objects.get(pk=gone.pk), actor)
