-- The batch in one row, beside the last accepted batch of the same source and scope. Batches of one fetch
-- tell a dated history together and are not repeated readings of one list: they are not compared.
WITH
last AS (
    SELECT batch_id AS previous_batch, row_count AS previous_rows
    FROM batches
    WHERE source = $source AND batch_id <> $batch_id AND verdict <> 'refused'
      AND provider IS NOT DISTINCT FROM $provider AND service IS NOT DISTINCT FROM $service
      AND list_sort(regions) IS NOT DISTINCT FROM list_sort($regions::VARCHAR[])
      AND list_sort(purchase_options) IS NOT DISTINCT FROM list_sort($purchase_options::VARCHAR[])
      AND observed_at <> $observed_at
      AND as_of <= $as_of AND as_of >= $as_of - to_days($comparable_days)
    ORDER BY as_of DESC, observed_at DESC, batch_id DESC
    LIMIT 1
),
comparable AS (SELECT * FROM last WHERE greatest(previous_rows, $rows) >= $comparable_rows),
currencies AS (
    SELECT DISTINCT k.currency
    FROM price_keys AS k
    JOIN price_spans AS p USING (price_id)
    WHERE k.source = $source AND p.valid_to IS NULL
      AND covers($provider, $service, $regions::VARCHAR[], $purchase_options::VARCHAR[],
                 k.provider, k.service, k.region, k.purchase_option)
),
strange AS (
    SELECT
        (count(*) FILTER (currency NOT IN (FROM currencies)) / count(*))::DOUBLE * 100 AS percent,
        string_agg(DISTINCT currency, ', ' ORDER BY currency)
            FILTER (currency NOT IN (FROM currencies)) AS names
    FROM staged_prices
    WHERE (SELECT count(*) FROM currencies) > 0
),
linux AS (
    SELECT count(*) FILTER (verdict = 'dedicated') AS dedicated,
           count(*) FILTER (verdict IN ('dedicated', 'shared')) AS known
    FROM tenancy_verdicts
    WHERE operating_system = 'linux'
)
SELECT
    $rows::BIGINT AS rows,
    (SELECT count(*) FROM refusals)::BIGINT AS refused,
    (SELECT count(*) * 100.0 FROM refusals) / nullif($rows, 0) AS refused_percent,
    comparable.previous_batch,
    comparable.previous_rows,
    ($rows * 100.0 / nullif(comparable.previous_rows, 0))::DOUBLE AS percent_of_previous,
    strange.percent AS strange_currency_percent,
    strange.names AS strange_currencies,
    CASE WHEN linux.known >= $comparable_rows THEN (linux.dedicated * 100.0 / linux.known)::DOUBLE
    END AS dedicated_percent,
    year($as_of) AS year,
    date_diff('second', $now, $as_of) / 86400.0 AS days_ahead,
    date_diff('second', $as_of, $now) / 86400.0 AS days_old
FROM strange
CROSS JOIN linux
LEFT JOIN comparable ON true;
