-- What ranking knows of the whole archive: in how many articles each lexeme stands, and how many and how long articles
-- are. Kept by articles/search/statistics.py, no trigger: a day's drift does not change a first page. Run by migration
-- 0004_rules.
CREATE TABLE articles_lexeme (
    lexeme text COLLATE "C" PRIMARY KEY,
    articles bigint NOT NULL CHECK (articles >= 0),
    skeleton text COLLATE "C" GENERATED ALWAYS AS (archive_skeleton(lexeme)) STORED
);
-- For suggesting what was meant.
CREATE INDEX articles_lexeme_alike ON articles_lexeme USING gin (lexeme gin_trgm_ops);
CREATE INDEX articles_lexeme_skeleton ON articles_lexeme (skeleton, articles DESC) WHERE skeleton IS NOT NULL;

-- One row: how far the lexemes have been counted.
CREATE TABLE articles_corpus (
    only_row boolean PRIMARY KEY DEFAULT true CHECK (only_row),
    last_article bigint NOT NULL DEFAULT 0,
    articles bigint NOT NULL DEFAULT 0,
    words bigint NOT NULL DEFAULT 0,
    counted_at timestamptz NOT NULL DEFAULT now(),
    -- When everything was last counted from the start: what was edited since then may be counted otherwise.
    counted_anew_at timestamptz
);
INSERT INTO articles_corpus DEFAULT VALUES;

-- Narrow rows: the text goes out of line, so that what a search reads of an article stays in memory at a million.
ALTER TABLE articles_article SET (toast_tuple_target = 256);
-- Statistics of a million vectors cost every ANALYZE seconds and decide nothing: searches choose their own plan.
ALTER TABLE articles_article ALTER COLUMN search_vector SET STATISTICS 0;
-- Vectors do not compress; trying to costs a sixth of the time it takes to store an article.
ALTER TABLE articles_article ALTER COLUMN search_vector SET STORAGE EXTERNAL;
-- The planner keeps no statistics of the index either.
ALTER INDEX article_terms ALTER COLUMN 1 SET STATISTICS 0;
