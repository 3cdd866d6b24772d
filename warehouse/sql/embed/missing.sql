-- What has no vector yet, once per content. A guide is longer than what the model reads, so the
-- questions it answers come before its text. Of a card the title and the beginning are embedded, which
-- say what it is: its figures would nearly double the work and find no more. Another choice makes all
-- vectors anew, because `projections` holds a digest of this statement.
SELECT
    d.content_hash,
    any_value(
        CASE d.kind
            WHEN 'guide' THEN concat_ws(chr(10), d.title, nullif(left(d.keywords, 400), ''), d.text)
            ELSE concat_ws(chr(10), d.title, left(d.text, 250))
        END
    ) AS text
FROM documents AS d
ANTI JOIN embeddings AS e ON e.content_hash = d.content_hash AND e.model = $identity
GROUP BY d.content_hash
ORDER BY d.content_hash;
