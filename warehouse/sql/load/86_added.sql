-- How far the tables of spans have left the order of `key_no`.
INSERT INTO clustering
SELECT CASE WHEN valid_to IS NULL THEN 'open_spans' ELSE 'past_spans' END, 0, count(*)
FROM new_spans
GROUP BY ALL
ON CONFLICT (relation) DO UPDATE SET added = clustering.added + excluded.added;
