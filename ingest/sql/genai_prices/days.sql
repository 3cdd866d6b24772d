-- The days a batch speaks for, and whether it is the whole list. The day before a model's first change is
-- one of them where the lists before are not whole: its price until then is known for that day.
WITH eves AS (
    SELECT min(started) - INTERVAL 1 DAY AS day
    FROM entries
    WHERE way = 'standard'
    GROUP BY provider, model_id
),
refreshed AS (
    SELECT coalesce(max(started) FILTER (provider = 'openrouter'), max(started), $complete_from) AS day
    FROM entries
),
candidates AS (
    SELECT started AS day FROM entries
    UNION
    SELECT day::DATE FROM eves WHERE day < $complete_from
    UNION
    SELECT day FROM refreshed
)
SELECT day, day >= $complete_from OR day >= (SELECT day FROM refreshed) AS complete
FROM candidates
WHERE day IS NOT NULL
