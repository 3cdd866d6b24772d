-- What has no vector yet, once per content. A guide is longer than what the model reads, so the
-- questions it answers come before its text; a card's names are in its title and text already.
SELECT
    d.content_hash,
    any_value(
        concat_ws(chr(10), d.title, CASE WHEN d.kind = 'guide' THEN nullif(left(d.keywords, 400), '') END, d.text)
    ) AS text
FROM documents AS d
ANTI JOIN embeddings AS e ON e.content_hash = d.content_hash AND e.model = $model
GROUP BY d.content_hash
ORDER BY d.content_hash;
