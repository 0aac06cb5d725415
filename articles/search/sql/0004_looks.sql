-- Functions that read the index article_terms several times in one call, because the next step depends on what was found.
-- Run by migration 0004_rules. They call archive_holding, which 0007_holding.sql defines.

-- Returns the articles that hold some words most densely, the densest first: up to `wanted`, and at least half of
-- `wanted` where that many articles hold the words. Where few articles reach even the level `lowest`, and at most `few`
-- (or `wanted`) articles hold the words at all, it returns every one of them and sets `are_all`.
-- queries[1 + level] has the newline-separated tsqueries for articles that reach a density level of article_terms;
-- queries[1] those for articles that hold the words at all. `further` are optional weaker tsqueries, by level too:
-- where few articles reach `lowest`, their articles come before other articles that hold the words.
-- Reading a level costs a fraction of a millisecond near the top, and a hundred milliseconds near the bottom, where
-- there may be very many articles. So the levels are tried from `first` down. The length of a step follows from the
-- number of articles found: each level has some two to four times as many articles as the one above it. Where a step
-- went too far, the levels that it skipped are bisected.
CREATE FUNCTION archive_densest(
    queries text[], first integer, lowest integer, wanted integer, few integer, further text[] DEFAULT NULL,
    OUT ids bigint[], OUT are_all boolean
)
    LANGUAGE plpgsql STABLE PARALLEL SAFE
AS $$
DECLARE
    longest CONSTANT integer := 4;
    growth CONSTANT float8 := 2.2;
    level integer := first;
    -- `high` is the lowest level that is known to have too few articles, and `denser` holds these in the order in which
    -- they were found. `low` is the highest level that is known to have too many, and `others` holds some of them.
    high integer := cardinality(queries);
    denser bigint[] := '{}';
    low integer;
    others bigint[] := '{}';
    found bigint[];
    holding bigint[];
BEGIN
    are_all := false;
    IF wanted < 1 THEN
        ids := '{}';
        RETURN;
    END IF;
    LOOP
        found := archive_holding(queries[1 + level], wanted);
        IF cardinality(found) >= wanted THEN
            low := level;
            others := found;
            EXIT WHEN high - low = 1;
            level := (low + high + 1) / 2;
            CONTINUE;
        END IF;
        high := level;
        denser := denser || found;
        IF 2 * cardinality(found) >= wanted THEN
            others := '{}';
            EXIT;
        END IF;
        EXIT WHEN high - low = 1;
        IF level <= lowest THEN
            IF holding IS NULL THEN
                holding := archive_holding(queries[1], greatest(wanted, few) + 1);
                are_all := cardinality(holding) <= greatest(wanted, few);
            END IF;
            IF are_all OR further IS NULL THEN
                others := holding;
                EXIT;
            END IF;
            -- At its upper levels alone: the others would cost more than they are worth.
            queries := further;
            further := NULL;
            lowest := first - 3 * longest;
            level := first;
            high := cardinality(queries);
            CONTINUE;
        END IF;
        level := greatest(
            level - least(longest, greatest(1, floor(ln(wanted / greatest(cardinality(found), 0.1)) / ln(growth)))),
            coalesce(low + 1, lowest)
        );
    END LOOP;
    ids := ARRAY(
        SELECT id FROM unnest(denser || others) WITH ORDINALITY AS one (id, place)
        GROUP BY id ORDER BY min(place) LIMIT CASE WHEN are_all THEN NULL ELSE wanted END
    );
END $$;

-- Returns those of the densest articles that meet `must`, a tsquery that needs positions, which the index does not
-- have. It checks wanted[1] of the densest articles, then wanted[2], and so on, until `enough` of them meet `must`.
CREATE FUNCTION archive_densest_meeting(
    must tsquery, enough integer, queries text[], first integer, lowest integer, wanted integer[], few integer,
    OUT ids bigint[], OUT are_all boolean
)
    LANGUAGE plpgsql STABLE PARALLEL SAFE
AS $$
DECLARE
    looked_at integer;
BEGIN
    FOREACH looked_at IN ARRAY wanted LOOP
        SELECT found.ids, found.are_all INTO ids, are_all
        FROM archive_densest(queries, first, lowest, looked_at, few) AS found;
        ids := ARRAY(SELECT id FROM articles_article WHERE id = ANY(ids) AND search_vector @@ must);
        EXIT WHEN are_all OR cardinality(ids) >= enough;
    END LOOP;
END $$;
