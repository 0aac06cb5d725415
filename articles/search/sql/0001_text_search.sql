-- What the index holds: folded words, stemmed, with their positions; run by migration 0001.
--
-- The functions have SQL-standard bodies, bound when they are created, so they hold whatever the search_path is (pg_dump
-- restores under an empty one). Character classes are written out because what [:alpha:] means depends on the server's
-- locale; articles/arabic/characters.py names the same ranges. No dictionary here needs a file on the server.

-- Text → its words in order, one space between, as articles.arabic.folding.fold_word spells them. Steps, inside out:
-- drop marks, tatweel and invisible controls; unify letters and digits; join 50,000 to 50000; make every other character
-- a space; part letters from digits; lower case; one spelling for America; strip the clitics that the stemmer leaves on.
CREATE FUNCTION archive_fold(source text) RETURNS text
    LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
RETURN
    regexp_replace(
        ' ' || replace(
            lower(
                regexp_replace(
                    regexp_replace(
                        regexp_replace(
                            translate(
                                regexp_replace(
                                    source,
                                    '[\u0610-\u061a\u064b-\u065f\u0670\u06d6-\u06dc\u06df-\u06e8\u06ea-\u06ed\u0640\u00ad\u061c\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]+',
                                    '', 'g'),
                                'أإآٱىةکیھ٠١٢٣٤٥٦٧٨٩۰۱۲۳۴۵۶۷۸۹',
                                'اااايهكيه01234567890123456789'),
                            '([0-9])[,٬](?=[0-9]{3}(?![0-9]))', '\1', 'g'),
                        '[^0-9A-Za-z\u00c0-\u00d6\u00d8-\u00f6\u00f8-\u024f\u0370-\u03ff\u0400-\u052f\u05d0-\u05ea\u0620-\u063f\u0641-\u064a\u066e\u066f\u0671-\u06d3\u06d5\u06ee\u06ef\u06fa-\u06fc\u0750-\u077f]+',
                        ' ', 'g'),
                    '([0-9])(?=[^0-9 ])|([^0-9 ])(?=[0-9])', '\1\2 ', 'g')),
            'اميرك', 'امريك'),
        ' (?:(?:وبال|فبال|وكال|ولل|فلل|وال|فال|بال|كال|لل|ال)(?=[^ ]{3})|و(?=[^ ]{4}))', ' ', 'g');

CREATE TEXT SEARCH DICTIONARY archive_arabic_stem (TEMPLATE = pg_catalog.snowball, LANGUAGE = arabic);
-- Without stop words: a dropped word would shift the positions that snippets and phrases rely on.
CREATE TEXT SEARCH DICTIONARY archive_english_stem (TEMPLATE = pg_catalog.snowball, LANGUAGE = english);

CREATE TEXT SEARCH CONFIGURATION archive_arabic (COPY = pg_catalog.simple);
ALTER TEXT SEARCH CONFIGURATION archive_arabic
    ALTER MAPPING FOR word, hword, hword_part WITH archive_arabic_stem;
ALTER TEXT SEARCH CONFIGURATION archive_arabic
    ALTER MAPPING FOR asciiword, asciihword, hword_asciipart WITH archive_english_stem;

-- Title (weight A) before body; position n is the n-th word of title and body together. The body is cut where a
-- tsvector, which holds at most 1 MB, could overflow: 300,000 letters are a book.
CREATE FUNCTION archive_vector(title text, body text) RETURNS tsvector
    LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
RETURN
    setweight(to_tsvector('archive_arabic'::regconfig, archive_fold(title)), 'A')
    || to_tsvector('archive_arabic'::regconfig, archive_fold(left(body, 300000)));
