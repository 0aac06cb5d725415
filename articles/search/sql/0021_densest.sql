-- What archive_densest of 0019_densest.sql does, in fewer looks and never into more of the index than it takes. Run by migration
-- 0021; the release before may call it too.

-- The articles, of those `among` if it is given, that hold some words most densely, the densest first: up to `wanted`, and at
-- least half as many where so many hold the words; or, where even at the last of `levels` these are few and at most `few` hold
-- the words at all, every one (`are_all`). queries[1 + level] is the tsquery of what stands at a level of article_terms or above
-- it; queries[1] holds at all.
-- A level costs a fraction of a millisecond near the top and a hundred near the bottom, where very many articles may stand. So
-- levels are tried from the first of `levels` down, in steps as long as what was found lets expect: each level has some two to
-- four times what the one above it has. Where a step went too far, the levels it passed over are tried, the upper ones first.
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
            level := high - 1;
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
