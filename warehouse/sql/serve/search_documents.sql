-- Plain word search, for when neither vectors nor index can be read: a word in the title counts five times.
WITH scored AS (
    SELECT
        document_id, kind, title, summary, text, source, entity, provider,
        list_sum(list_transform(
            $words::VARCHAR[],
            lambda word: 5 * contains(strip_accents(lower(title || ' ' || keywords)), word)::INTEGER
            + contains(strip_accents(lower(text)), word)::INTEGER
        ))::DOUBLE AS score
    FROM documents
    WHERE language = $language::VARCHAR AND ($kinds::VARCHAR[] IS NULL OR list_contains($kinds::VARCHAR[], kind))
)
SELECT * FROM scored WHERE score > 0 ORDER BY score DESC, document_id LIMIT $rows::INTEGER;
