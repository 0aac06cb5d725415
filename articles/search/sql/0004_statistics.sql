-- Term statistics for ranking: the number of articles that hold each lexeme, and the number and length of all articles.
-- articles/search/statistics.py updates them. There is no trigger, because a day's drift does not change a first page.
-- Run by migration 0004_rules.
CREATE TABLE articles_lexeme (
    lexeme text COLLATE "C" PRIMARY KEY,
    articles bigint NOT NULL CHECK (articles >= 0),
    skeleton text COLLATE "C" GENERATED ALWAYS AS (archive_skeleton(lexeme)) STORED
);
-- Serves corrections of misspelled words.
CREATE INDEX articles_lexeme_alike ON articles_lexeme USING gin (lexeme gin_trgm_ops);
CREATE INDEX articles_lexeme_skeleton ON articles_lexeme (skeleton, articles DESC) WHERE skeleton IS NOT NULL;

-- One row: up to which article the lexemes have been counted.
CREATE TABLE articles_corpus (
    only_row boolean PRIMARY KEY DEFAULT true CHECK (only_row),
    last_article bigint NOT NULL DEFAULT 0,
    articles bigint NOT NULL DEFAULT 0,
    words bigint NOT NULL DEFAULT 0,
    counted_at timestamptz NOT NULL DEFAULT now(),
    -- When everything was last counted anew. Articles edited since then may be counted wrong.
    counted_anew_at timestamptz
);
INSERT INTO articles_corpus DEFAULT VALUES;

-- Texts are stored out of line, which keeps rows narrow: what a search reads of a million articles stays in memory.
ALTER TABLE articles_article SET (toast_tuple_target = 256);
-- Planner statistics of a million vectors would cost every ANALYZE seconds without use: searches choose their own plan.
ALTER TABLE articles_article ALTER COLUMN search_vector SET STATISTICS 0;
-- Vectors do not compress, and the attempt would cost a sixth of the time for storing an article.
ALTER TABLE articles_article ALTER COLUMN search_vector SET STORAGE EXTERNAL;
-- The planner keeps no statistics of the index either.
ALTER INDEX article_terms ALTER COLUMN 1 SET STATISTICS 0;
