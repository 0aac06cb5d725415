-- What ranking knows of the whole archive: in how many articles each lexeme stands, and how many and how long articles
-- are. Kept by articles/search/statistics.py, no trigger: a day's drift does not change a first page. Run by migration 0005.

-- What the forms of one root share: consonants without the long vowels that plurals and participles insert («خلية»,
-- «خلايا»; «مقاتل», «قتال»), without a leading م or ت and a trailing ه, ت or ن. NULL where fewer than three are left.
CREATE FUNCTION archive_skeleton(lexeme text) RETURNS text
    LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
RETURN (
    SELECT CASE WHEN length(bare) >= 3 THEN regexp_replace(bare, '^(.{3,})[هتن]$', '\1') END
    FROM regexp_replace(
        CASE WHEN lexeme ~ '[\u0621-\u064a]' THEN regexp_replace(lexeme, '[اويىءئؤأإآ]', '', 'g') END,
        '^[مت](?=.{3})', '') AS bare
);

CREATE TABLE articles_lexeme (
    lexeme text COLLATE "C" PRIMARY KEY,
    articles bigint NOT NULL CHECK (articles >= 0),
    skeleton text COLLATE "C" GENERATED ALWAYS AS (archive_skeleton(lexeme)) STORED
);
CREATE INDEX articles_lexeme_skeleton ON articles_lexeme (skeleton, articles DESC) WHERE skeleton IS NOT NULL;

-- One row: how far the lexemes have been counted.
CREATE TABLE articles_corpus (
    only_row boolean PRIMARY KEY DEFAULT true CHECK (only_row),
    last_article bigint NOT NULL DEFAULT 0,
    articles bigint NOT NULL DEFAULT 0,
    words bigint NOT NULL DEFAULT 0,
    counted_at timestamptz NOT NULL DEFAULT now()
);
INSERT INTO articles_corpus DEFAULT VALUES;
