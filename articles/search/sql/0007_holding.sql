-- The function that reads the index article_terms once. Run by migration 0007_holding.
-- OR REPLACE, because an archive made by commit 3ec1583 has an earlier form of it.

-- Returns up to `most` public articles whose terms meet all of several newline-separated tsqueries, in no order.
-- The index reads the list of the first tsquery, which should be the rarest, and skips to its articles in the lists of
-- the others. Within one tsquery it merges the lists of all alternatives.
-- Each tsquery stands in a subquery, which hides it from the planner: for one with many alternatives, the planner would
-- read the whole table.
-- The tsqueries are applied before public articles are selected; OFFSET 0 keeps the two apart. On a table that has just
-- been filled or published, the planner expects almost no public articles. It would read them all, and compute the
-- terms of each article anew.
CREATE OR REPLACE FUNCTION archive_holding(query text, most integer) RETURNS bigint[]
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
                SELECT id FROM (
                    SELECT id, status, merged_into_id FROM articles_article
                    WHERE archive_terms(search_vector, word_count) @@ (SELECT lines[1]::tsquery)
                        AND archive_terms(search_vector, word_count) @@ (SELECT lines[2]::tsquery)
                        AND archive_terms(search_vector, word_count) @@ (SELECT lines[3]::tsquery) OFFSET 0
                ) AS held
                WHERE status = 'published' AND merged_into_id IS NULL
                LIMIT most
            );
        WHEN 2 THEN
            RETURN ARRAY(
                SELECT id FROM (
                    SELECT id, status, merged_into_id FROM articles_article
                    WHERE archive_terms(search_vector, word_count) @@ (SELECT lines[1]::tsquery)
                        AND archive_terms(search_vector, word_count) @@ (SELECT lines[2]::tsquery) OFFSET 0
                ) AS held
                WHERE status = 'published' AND merged_into_id IS NULL
                LIMIT most
            );
        ELSE
            RETURN ARRAY(
                SELECT id FROM (
                    SELECT id, status, merged_into_id FROM articles_article
                    WHERE archive_terms(search_vector, word_count) @@ (SELECT query::tsquery) OFFSET 0
                ) AS held
                WHERE status = 'published' AND merged_into_id IS NULL
                LIMIT most
            );
    END CASE;
END $$;
