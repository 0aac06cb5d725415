-- Every stored quote is exactly the characters of the body its span names; run by migration 0004_rules.
-- A check constraint sees one row only, so these are constraint triggers that raise check_violation under a name of their
-- own. A changed body is checked at commit, so that one transaction can change the body and move the spans.

CREATE FUNCTION archive_figure_span() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.start IS NOT NULL AND NOT EXISTS (
        SELECT FROM articles_article
        WHERE id = NEW.article_id AND substring(body FROM NEW.start + 1 FOR NEW."end" - NEW.start) = NEW.quote
    ) THEN
        RAISE EXCEPTION 'figure_span_inside_body: figure %: its quote is not the body''s characters % to %', NEW.id, NEW.start, NEW."end"
            USING ERRCODE = 'check_violation', CONSTRAINT = 'figure_span_inside_body', TABLE = 'articles_figure';
    END IF;
    RETURN NULL;
END $$;

CREATE FUNCTION archive_mention_span() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (
        SELECT FROM articles_article, generate_subscripts(NEW.spans, 1) AS i
        WHERE id = NEW.article_id
          AND substring(body FROM NEW.spans[i][1] + 1 FOR NEW.spans[i][2] - NEW.spans[i][1]) IS DISTINCT FROM NEW.quotes[i]
    ) THEN
        RAISE EXCEPTION 'mention_span_inside_body: mention %: a quote is not the body''s characters its span names', NEW.id
            USING ERRCODE = 'check_violation', CONSTRAINT = 'mention_span_inside_body', TABLE = 'articles_mention';
    END IF;
    RETURN NULL;
END $$;

CREATE FUNCTION archive_body_spans() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    current_body text;
BEGIN
    SELECT body INTO current_body FROM articles_article WHERE id = NEW.id;
    IF EXISTS (
        SELECT FROM articles_figure
        WHERE article_id = NEW.id AND start IS NOT NULL
          AND substring(current_body FROM start + 1 FOR "end" - start) IS DISTINCT FROM quote
    ) THEN
        RAISE EXCEPTION 'figure_span_inside_body: article %: the new body does not hold the quotes of its figures', NEW.id
            USING ERRCODE = 'check_violation', CONSTRAINT = 'figure_span_inside_body', TABLE = 'articles_figure';
    END IF;
    IF EXISTS (
        SELECT FROM articles_mention, generate_subscripts(spans, 1) AS i
        WHERE article_id = NEW.id
          AND substring(current_body FROM spans[i][1] + 1 FOR spans[i][2] - spans[i][1]) IS DISTINCT FROM quotes[i]
    ) THEN
        RAISE EXCEPTION 'mention_span_inside_body: article %: the new body does not hold the quotes of its mentions', NEW.id
            USING ERRCODE = 'check_violation', CONSTRAINT = 'mention_span_inside_body', TABLE = 'articles_mention';
    END IF;
    RETURN NULL;
END $$;

CREATE CONSTRAINT TRIGGER figure_span_inside_body
    AFTER INSERT OR UPDATE OF article_id, start, "end", quote ON articles_figure
    DEFERRABLE INITIALLY IMMEDIATE FOR EACH ROW EXECUTE FUNCTION archive_figure_span();
CREATE CONSTRAINT TRIGGER mention_span_inside_body
    AFTER INSERT OR UPDATE OF article_id, spans, quotes ON articles_mention
    DEFERRABLE INITIALLY IMMEDIATE FOR EACH ROW EXECUTE FUNCTION archive_mention_span();
CREATE CONSTRAINT TRIGGER body_holds_spans
    AFTER UPDATE OF body ON articles_article
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW WHEN (OLD.body IS DISTINCT FROM NEW.body)
    EXECUTE FUNCTION archive_body_spans();
