-- The archive's revision: a number that every committed change of what readers see makes greater.
--
-- A sequence or a newest id would not do: of two changes under way at once the second may be committed first, and the first one
-- then goes unseen. A sum of counted changes is read in one snapshot and holds exactly the changes committed before it.
-- There is a row for each change that was ever under way at once with others: a change counts itself in a row that nobody else
-- holds, or in a new one, so that changes never wait for one another.
CREATE FUNCTION archive_revised() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    change text := pg_current_xact_id()::text;
    free integer;
BEGIN
    -- Once in a transaction; a savepoint given up takes this note back with the count.
    IF current_setting('archive.revised', true) IS NOT DISTINCT FROM change THEN
        RETURN NULL;
    END IF;
    SELECT slot INTO free FROM articles_revision ORDER BY slot LIMIT 1 FOR UPDATE SKIP LOCKED;
    IF FOUND THEN
        UPDATE articles_revision SET changes = changes + 1 WHERE slot = free;
    ELSE
        INSERT INTO articles_revision (changes, epoch) VALUES (1, gen_random_uuid());
    END IF;
    PERFORM set_config('archive.revised', change, true);
    RETURN NULL;
END
$$;
