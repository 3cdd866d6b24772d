-- When each batch was last read, and the moment up to which it is known to hold. A release says nothing
-- of the days after it, however often it is read.
CREATE VIEW confirmations AS
SELECT
    b.batch_id, b.source, b.as_of,
    greatest(b.observed_at, c.checked_at) AS observed_at,
    CASE WHEN s.schedule = 'release' THEN b.as_of ELSE greatest(b.as_of, b.observed_at, c.checked_at) END
        AS confirmed_at
FROM batches AS b
LEFT JOIN checks AS c USING (batch_id)
LEFT JOIN sources AS s ON s.source = b.source;
