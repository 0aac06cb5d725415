-- Run by migration 0007_holding.

-- Up to `most` published articles whose terms meet tsqueries, one a line; in no order.
-- The index goes by the first line, which should be the rarest, and skips to what that has in the lists of the others. Within
-- one tsquery it reads the lists of all alternatives beside one another.
-- A tsquery stands in a subquery of its own: the planner, where it knows it, takes one with many alternatives for a reason to
-- read the whole table.
-- What meets them is looked for before it is asked what is public (OFFSET 0 keeps them apart): of a table that was filled or
-- published just now the planner takes nearly nothing to be public, reads all that is, and works the terms of each article out anew.
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
