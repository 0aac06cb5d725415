-- What the functions of 0019_densest.sql do, two to ten times as fast where several words are asked for: in fewer looks, none
-- of them deeper into the index than it takes. Run by migration 0021; the release before may call them too.

-- Up to `most` published articles, or of those `among`, whose terms meet tsqueries, one a line; in no order.
-- The index goes by the first line, which should be the rarest, and skips to what that has in the lists of the others. Within
-- one tsquery it reads the lists of all alternatives beside one another.
-- A tsquery stands in a subquery of its own: the planner, where it knows it, takes one with many alternatives for a reason to
-- read the whole table.
CREATE OR REPLACE FUNCTION archive_holding(query text, most integer, among bigint[]) RETURNS bigint[]
    LANGUAGE plpgsql STABLE PARALLEL SAFE
AS $$
DECLARE
    lines text[] := string_to_array(query, chr(10));
    found bigint[];
BEGIN
    IF cardinality(lines) > 3 THEN
        lines := lines[:2] || ('(' || array_to_string(lines[3:], ') & (') || ')');
    END IF;
    IF among IS NOT NULL THEN
        -- The index is asked about all articles, and what it finds is then looked for among these: looking at each of these
        -- would take ten times as long. PostgreSQL hashes them only where it knows them when it plans; so it plans anew each time.
        EXECUTE 'SELECT ARRAY(SELECT id FROM articles_article WHERE id = ANY($3)'
            || (SELECT string_agg(
                    format(' AND archive_terms(search_vector, word_count) @@ (SELECT ($1)[%s]::tsquery)', line), '' ORDER BY line
                ) FROM generate_subscripts(lines, 1) AS line)
            || ' LIMIT $2)'
            INTO found USING lines, most, among;
        RETURN found;
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

-- The articles, of those `among` if it is given, that hold some words most densely, the densest first: up to `wanted`, and at
-- least half as many where so many hold the words; or, where even at the last of `levels` these are few and at most `few` hold
-- the words at all, every one (`are_all`). queries[1 + level] are the tsqueries, a line each, of what stands at a level of article_terms or
-- above it; queries[1] holds at all.
-- A level costs a fraction of a millisecond near the top and a hundred near the bottom, where very many articles may stand. So
-- levels are tried from the first of `levels` down, in steps as long as what was found lets expect: each level has some two to
-- four times what the one above it has. Where a step went too far, the levels that it passed over are
-- tried, from their middle.
CREATE OR REPLACE FUNCTION archive_densest(
    queries text[], levels integer[], wanted integer, few integer, among bigint[], OUT ids bigint[], OUT are_all boolean
)
    LANGUAGE plpgsql STABLE PARALLEL SAFE
AS $$
DECLARE
    longest CONSTANT integer := 4;
    growth CONSTANT float8 := 2.2;
    level integer := levels[1];
    lowest integer := levels[cardinality(levels)];
    -- The lowest level that is known to have too few, and these; the highest that has too many, and `wanted` of them.
    high integer := cardinality(queries);
    denser bigint[] := '{}';
    low integer;
    others bigint[] := '{}';
    found bigint[];
BEGIN
    are_all := false;
    IF wanted < 1 THEN
        ids := '{}';
        RETURN;
    END IF;
    LOOP
        found := archive_holding(queries[1 + level], wanted, among);
        IF cardinality(found) >= wanted THEN
            low := level;
            others := found;
            EXIT WHEN high - low = 1;
            level := (low + high + 1) / 2;
            CONTINUE;
        END IF;
        high := level;
        denser := found;
        IF 2 * cardinality(found) >= wanted THEN
            others := '{}';
            EXIT;
        END IF;
        EXIT WHEN high - low = 1;
        IF level <= lowest THEN
            others := archive_holding(queries[1], greatest(wanted, few) + 1, among);
            are_all := cardinality(others) <= greatest(wanted, few);
            EXIT;
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
