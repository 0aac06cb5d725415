-- Looks into the index article_terms, several in one call: what a search wants next depends on what it found. Run by
-- migration 0019.

-- Up to `most` published articles, or of those `among`, whose terms meet a tsquery; in no order.
-- The tsquery stands in a subquery of its own: the planner, where it knows it, takes one with many alternatives for a reason to
-- read the whole table.
CREATE FUNCTION archive_holding(query text, most integer, among bigint[]) RETURNS bigint[]
    LANGUAGE plpgsql STABLE PARALLEL SAFE
AS $$
DECLARE
    found bigint[];
BEGIN
    IF among IS NULL THEN
        RETURN ARRAY(
            SELECT id FROM articles_article
            WHERE archive_terms(search_vector, word_count) @@ (SELECT query::tsquery)
                AND status = 'published' AND merged_into_id IS NULL
            LIMIT most
        );
    END IF;
    -- The index is asked about all articles, and what it finds is then looked for among these: looking at each of these would
    -- take ten times as long. PostgreSQL hashes them only where it knows them when it plans; so it plans anew each time.
    EXECUTE 'SELECT ARRAY(SELECT id FROM articles_article
        WHERE archive_terms(search_vector, word_count) @@ (SELECT $1::tsquery) AND id = ANY($3) LIMIT $2)'
        INTO found USING query, most, among;
    RETURN found;
END $$;

-- The articles, of those `among` if it is given, that hold some words most densely, the densest first: `wanted` of them, or,
-- where these are few and at most `few` hold the words at all, every one (`are_all`). queries[1 + level] is the tsquery of what
-- stands at a level of article_terms or above it; queries[1] holds at all.
-- A level costs a millisecond near the top and a hundred near the bottom, where very many articles may stand; so the `levels`
-- are tried from the top down until one has enough, and then those between it and the one before.
CREATE FUNCTION archive_densest(
    queries text[], levels integer[], wanted integer, few integer, among bigint[], OUT ids bigint[], OUT are_all boolean
)
    LANGUAGE plpgsql STABLE PARALLEL SAFE
AS $$
DECLARE
    level integer;
    high integer := cardinality(queries);
    denser bigint[] := '{}';
    found bigint[];
BEGIN
    are_all := false;
    FOREACH level IN ARRAY levels LOOP
        found := archive_holding(queries[1 + level], wanted, among);
        EXIT WHEN cardinality(found) >= wanted;
        denser := found;
        high := level;
    END LOOP;
    IF cardinality(found) < wanted THEN
        found := archive_holding(queries[1], greatest(wanted, few) + 1, among);
        are_all := cardinality(found) <= greatest(wanted, few);
    ELSE
        -- `found` is at `level`, `denser` at `high`: too many and too few.
        FOR between IN level + 1 .. high - 1 LOOP
            ids := archive_holding(queries[1 + between], wanted, among);
            IF cardinality(ids) < wanted THEN
                denser := ids;
                EXIT;
            END IF;
            found := ids;
        END LOOP;
    END IF;
    ids := ARRAY(
        SELECT id FROM unnest(denser || found) WITH ORDINALITY AS one (id, place)
        GROUP BY id ORDER BY min(place) LIMIT CASE WHEN are_all THEN NULL ELSE wanted END
    );
END $$;

-- Those of the densest articles that meet `must`, for which the index does not suffice: of the first of the numbers `wanted` of
-- which `enough` do, else of the last.
CREATE FUNCTION archive_densest_meeting(
    must tsquery, enough integer, queries text[], levels integer[], wanted integer[], few integer,
    OUT ids bigint[], OUT are_all boolean
)
    LANGUAGE plpgsql STABLE PARALLEL SAFE
AS $$
DECLARE
    looked_at integer;
BEGIN
    FOREACH looked_at IN ARRAY wanted LOOP
        SELECT found.ids, found.are_all INTO ids, are_all
        FROM archive_densest(queries, levels, looked_at, few, NULL) AS found;
        ids := ARRAY(SELECT id FROM articles_article WHERE id = ANY(ids) AND search_vector @@ must);
        EXIT WHEN are_all OR cardinality(ids) >= enough;
    END LOOP;
END $$;
