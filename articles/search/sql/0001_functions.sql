-- Defines what the search index holds: folded words, stemmed, with their positions. Run by migration 0001_functions.
--
-- The functions have SQL-standard bodies, which are bound when they are created. So they work with any search_path
-- (pg_dump restores under an empty one). Character classes are written out, because the meaning of [:alpha:] depends on
-- the server's locale; articles/arabic/characters.py names the same ranges. No dictionary here needs a file on the
-- server.

-- Returns the words of a text in order, separated by one space, as articles.arabic.folding.fold_word spells them.
-- The steps, from the innermost call outwards:
-- - Drop marks, tatweel and invisible controls.
-- - Unify letters; replace() one by one is seven times as fast as translate(), whose cost grows with its alphabet.
--   Where there are any, unify Persian letters and other digits too.
-- - Join 50,000 to 50000.
-- - Make every other character a space; lone spaces stay as they are.
-- - Separate letters from digits, and make letters lower case.
-- - Unify the spelling of America.
-- - Strip the clitics that the stemmer leaves on.
CREATE FUNCTION archive_fold(source text) RETURNS text
    LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
RETURN
    regexp_replace(
        ' ' || replace(
            lower(
                regexp_replace(
                    regexp_replace(
                        regexp_replace(
                            (SELECT CASE
                                WHEN letters ~ '[کیھ٠-٩۰-۹]' THEN
                                    translate(letters, 'کیھ٠١٢٣٤٥٦٧٨٩۰۱۲۳۴۵۶۷۸۹', 'كيه01234567890123456789')
                                ELSE letters END
                            FROM replace(replace(replace(replace(replace(replace(
                                regexp_replace(
                                    source,
                                    '[\u0610-\u061a\u064b-\u065f\u0670\u06d6-\u06dc\u06df-\u06e8\u06ea-\u06ed\u0640\u00ad\u061c\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]+',
                                    '', 'g'),
                                'أ', 'ا'), 'إ', 'ا'), 'آ', 'ا'), 'ٱ', 'ا'), 'ى', 'ي'), 'ة', 'ه') AS letters),
                            '([0-9])[,٬](?=[0-9]{3}(?![0-9]))', '\1', 'g'),
                        ' ?[^ 0-9A-Za-z\u00c0-\u00d6\u00d8-\u00f6\u00f8-\u024f\u0370-\u03ff\u0400-\u052f\u05d0-\u05ea\u0620-\u063f\u0641-\u064a\u066e\u066f\u0671-\u06d3\u06d5\u06ee\u06ef\u06fa-\u06fc\u0750-\u077f]'
                        '[^0-9A-Za-z\u00c0-\u00d6\u00d8-\u00f6\u00f8-\u024f\u0370-\u03ff\u0400-\u052f\u05d0-\u05ea\u0620-\u063f\u0641-\u064a\u066e\u066f\u0671-\u06d3\u06d5\u06ee\u06ef\u06fa-\u06fc\u0750-\u077f]*|  +',
                        ' ', 'g'),
                    '([0-9])(?=[^0-9 ])|([^0-9 ])(?=[0-9])', '\1\2 ', 'g')),
            'اميرك', 'امريك'),
        ' (?:(?:[وف]?(?:ب?ا|ل)ل|و?كال)(?=[^ ]{3})|و(?=[^ ]{4}))', ' ', 'g');

CREATE TEXT SEARCH DICTIONARY archive_arabic_stem (TEMPLATE = pg_catalog.snowball, LANGUAGE = arabic);
-- There are no stop words: a dropped word would shift the positions that snippets and phrases rely on.
CREATE TEXT SEARCH DICTIONARY archive_english_stem (TEMPLATE = pg_catalog.snowball, LANGUAGE = english);

CREATE TEXT SEARCH CONFIGURATION archive_arabic (COPY = pg_catalog.simple);
ALTER TEXT SEARCH CONFIGURATION archive_arabic
    ALTER MAPPING FOR word, hword, hword_part WITH archive_arabic_stem;
ALTER TEXT SEARCH CONFIGURATION archive_arabic
    ALTER MAPPING FOR asciiword, asciihword, hword_asciipart WITH archive_english_stem;

-- Returns the search vector of an article: the title, with weight A, then the body. Position n is the n-th word of
-- title and body together. The body is cut at 300,000 letters, the length of a book, because a tsvector holds
-- at most 1 MB.
CREATE FUNCTION archive_vector(title text, body text) RETURNS tsvector
    LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
RETURN
    setweight(to_tsvector('archive_arabic'::regconfig, archive_fold(title)), 'A')
    || to_tsvector('archive_arabic'::regconfig, archive_fold(left(body, 300000)));

-- Maps a search vector and its article's length in words to the terms of the article in the index article_terms: each
-- lexeme, and
--   @lexeme    where it stands in the title;
--   #Llexeme   where it stands more than once, or in the title: L is chr(48 + level), with the density level
--              level = 6·log2(1 + times / (0.6 + 0.6·words/250)), where times counts the title twice.
-- Levels are steps towards BM25's saturation (k1 = 1.2, b = 0.5): six levels halve what is missing to it. The
-- 1,000 articles that hold a common word most densely are thus read from the index, level by level from the top, without
-- reading the others. No lexeme begins with @ or #. The COST keeps the planner from computing the terms of every row
-- where the index could answer.
CREATE FUNCTION archive_terms(vector tsvector, words integer) RETURNS tsvector
    LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE COST 10000
RETURN strip(vector) || coalesce((
    SELECT array_to_tsvector(
        array_agg('#' || chr(48 + least(40, round(
            log(1 + times / ('0.6'::float8 + '0.0024'::float8 * words)) * '19.931569'::float8)::integer)) || lexeme)
        || array_agg('@' || lexeme) FILTER (WHERE titled))
    FROM (
        SELECT lexeme, weights[1] = 'A' AS titled, cardinality(positions) + (weights[1] = 'A')::integer AS times
        FROM unnest(vector) WHERE cardinality(positions) > 1 OR weights[1] = 'A'
    ) AS dense
), '');

-- Returns the skeleton that the forms of one root share: the consonants, without the long vowels that plurals and
-- participles insert («خلية», «خلايا»; «مقاتل», «قتال»), without a leading م or ت and a trailing ه, ت or ن. Returns
-- NULL where fewer than three letters are left.
CREATE FUNCTION archive_skeleton(lexeme text) RETURNS text
    LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
RETURN (
    SELECT CASE WHEN length(bare) >= 3 THEN regexp_replace(bare, '^(.{3,})[هتن]$', '\1') END
    FROM regexp_replace(
        CASE WHEN lexeme ~ '[\u0621-\u064a]' THEN regexp_replace(lexeme, '[اويىءئؤأإآ]', '', 'g') END,
        '^[مت](?=.{3})', '') AS bare
);
