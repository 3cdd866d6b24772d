-- Refused batches that nothing has followed: older data is in force in their place.
CREATE OR REPLACE TEMP TABLE events AS
SELECT
    md5(concat_ws('|', 'refused', batch_id)) AS key, row_count::DOUBLE AS size, source, provider, service, batch_id,
    row_count, failures, as_of, observed_at
FROM (
    SELECT *
    FROM newer.batches
    QUALIFY verdict = 'refused' AND row_number() OVER (
        PARTITION BY source, provider, service, regions, purchase_options
        ORDER BY as_of DESC, observed_at DESC, batch_id DESC
    ) = 1
) AS b, asked AS f
WHERE
    (f.sources IS NULL OR list_contains(f.sources, b.source))
    AND (f.providers IS NULL OR list_contains(f.providers, b.provider));
