-- Looks into the index article_terms, several in one call: what a search wants next depends on what it found. Run by
-- migration 0004_rules.

-- Up to `most` published articles whose terms meet tsqueries, one a line; in no order.
-- The index goes by the first line, which should be the rarest, and skips to what that has in the lists of the others. Within
-- one tsquery it reads the lists of all alternatives beside one another.
-- A tsquery stands in a subquery of its own: the planner, where it knows it, takes one with many alternatives for a reason to
-- read the whole table.
CREATE FUNCTION archive_holding(query text, most integer) RETURNS bigint[]
    LANGUAGE plpgsql STABLE PARALLEL SAFE
AS $$
DECLARE
    lines text[] := string_to_array(query, chr(10));
BEGIN
    IF cardinality(lines) > 3 THEN
        lines := lines[:2] || ('(' || array_to_string(lines[3:], ') & (') || ')');
    END IF;
    CASE cardinality(lines)
        WHEN 3 THEN
            RETURN ARRAY(
                SELECT id FROM articles_article
                WHERE archive_terms(search_vector, word_count) @@ (SELECT lines[1]::tsquery)
                    AND archive_terms(search_vector, word_count) @@ (SELECT lines[2]::tsquery)
                    AND archive_terms(search_vector, word_count) @@ (SELECT lines[3]::tsquery)
                    AND status = 'published' AND merged_into_id IS NULL
                LIMIT most
            );
        WHEN 2 THEN
            RETURN ARRAY(
                SELECT id FROM articles_article
                WHERE archive_terms(search_vector, word_count) @@ (SELECT lines[1]::tsquery)
                    AND archive_terms(search_vector, word_count) @@ (SELECT lines[2]::tsquery)
                    AND status = 'published' AND merged_into_id IS NULL
                LIMIT most
            );
        ELSE
            RETURN ARRAY(
                SELECT id FROM articles_article
                WHERE archive_terms(search_vector, word_count) @@ (SELECT query::tsquery)
                    AND status = 'published' AND merged_into_id IS NULL
                LIMIT most
            );
    END CASE;
END $$;

-- The articles that hold some words most densely, the densest first: up to `wanted`, and at least half as many where so many
-- hold the words; or, where even at the level `lowest` these are few and at most `few` hold the words at all, every one
-- (`are_all`). queries[1 + level] are the tsqueries, a line each, of what stands at a level of article_terms or above it;
-- queries[1] holds at all. `further`, where it is given, are others that ask less: where even those at `lowest` are few, what
-- these find goes before what else holds the words.
-- A level costs a fraction of a millisecond near the top and a hundred near the bottom, where very many articles may stand. So
-- levels are tried from `first` down, in steps as long as what was found lets expect: each level has some two to four times what
-- the one above it has. Where a step went too far, the levels that it passed over are tried, from their middle.
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
    -- The lowest level that is known to have too few, and these, as they were found; the highest that is known to have too many,
    -- and some of them.
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

-- Those of the densest articles that meet `must`, for which the index does not suffice: of the first of the numbers `wanted` of
-- which `enough` do, else of the last.
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
