-- What has no vector yet, once per content. A guide is longer than what the model reads, so the
-- questions it answers come before its text; a card's names are in its title and text already. Of a
-- machine's card the beginning is embedded, which says what it is: its prices would triple the work.
SELECT
    d.content_hash,
    any_value(
        CASE d.kind
            WHEN 'guide' THEN concat_ws(chr(10), d.title, nullif(left(d.keywords, 400), ''), d.text)
            WHEN 'machine' THEN left(d.text, 240)
            ELSE concat_ws(chr(10), d.title, d.text)
        END
    ) AS text
FROM documents AS d
ANTI JOIN embeddings AS e ON e.content_hash = d.content_hash AND e.model = $model
GROUP BY d.content_hash
ORDER BY d.content_hash;
