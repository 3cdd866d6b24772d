INSERT INTO batches BY NAME
SELECT
    format('{}-{}', region, week) AS batch_id, $source AS source, 'aws' AS provider, 'AmazonEC2' AS service,
    [region] AS regions, $now::TIMESTAMPTZ - to_weeks(week) AS as_of, as_of AS observed_at, '1' AS parser,
    'accepted' AS verdict, 0 AS row_count, 0 AS quarantined, '{}' AS reasons, [] AS failures, '[]' AS payloads,
    0 AS price_count
FROM (SELECT DISTINCT region FROM listed), range(1, 52 * $years + 1) AS y (week);
