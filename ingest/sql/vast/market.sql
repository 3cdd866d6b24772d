-- How many offers the fullest reply holds (the questions are split by the number of GPUs), how many there
-- are in all, and how many of them have a price.
SELECT
    coalesce(max(offers), 0) AS fullest,
    coalesce(sum(offers), 0)::BIGINT AS offers,
    coalesce(sum(priced), 0)::BIGINT AS priced
FROM (
    SELECT count(*) AS offers, count(*) FILTER (dph_base > 0) AS priced
    FROM listed
    GROUP BY CASE WHEN num_gpus <= 2 THEN num_gpus WHEN num_gpus <= 4 THEN 3 ELSE 5 END
)
