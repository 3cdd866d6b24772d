-- The batch in one row, beside the last accepted batch of the same source and scope. Batches of one fetch
-- tell a dated history together and are not repeated readings of one list: they are not compared. Where
-- there were prices, only they are counted: a list of machines beside them would hide that they are gone,
-- and so would machines for which the list has no whole price. An edition brought later is no next reading
-- of what was loaded before it: it is judged by itself, or its verdict would hang on the order of loading.
WITH
last AS (
    SELECT
        batch_id AS previous_batch,
        CASE WHEN price_count > 0 THEN price_count - (
            SELECT count(*) FROM quarantine AS q
            WHERE q.batch_id = b.batch_id AND q.reason = 'zero_price'
              AND contains(q.row_json ->> '$.attributes', '"missing":')
        ) ELSE row_count END AS previous_rows,
        CASE WHEN price_count > 0 THEN $prices::BIGINT - (
            SELECT count(*) FROM staged_prices WHERE price = 0 AND contains(attributes, '"missing":')
        ) ELSE $rows::BIGINT END AS counted_rows
    FROM batches AS b
    WHERE source = $source AND batch_id <> $batch_id AND verdict <> 'refused'
      AND NOT $own::BOOLEAN AND NOT $edition::BOOLEAN
      AND provider IS NOT DISTINCT FROM $provider AND service IS NOT DISTINCT FROM $service
      AND list_sort(regions) IS NOT DISTINCT FROM list_sort($regions::VARCHAR[])
      AND list_sort(purchase_options) IS NOT DISTINCT FROM list_sort($purchase_options::VARCHAR[])
      AND observed_at <> $observed_at
      AND as_of <= $as_of AND as_of >= $as_of - to_days($comparable_days)
    ORDER BY as_of DESC, observed_at DESC, batch_id DESC
    LIMIT 1
),
measured AS (
    SELECT
        *,
        (counted_rows * 100.0 / nullif(previous_rows, 0))::DOUBLE AS percent,
        greatest(previous_rows, counted_rows) >= $comparable_rows AS long
    FROM last
),
compared AS (
    SELECT
        previous_batch, previous_rows, counted_rows, 100 - percent AS fewer,
        CASE WHEN long AND NOT $market::BOOLEAN THEN percent END AS percent_of_previous,
        CASE WHEN long THEN percent END AS percent_grown_to,
        CASE WHEN $live::BOOLEAN AND previous_rows >= $short_rows AND NOT long AND NOT $market::BOOLEAN
             THEN percent END AS percent_of_few,
        CASE WHEN $market::BOOLEAN AND previous_rows >= $short_rows THEN percent END AS percent_of_market
    FROM measured
),
currencies AS (
    SELECT DISTINCT k.currency
    FROM price_keys AS k
    SEMI JOIN open_spans AS p ON p.key_no = k.key_no
    WHERE k.source = $source AND NOT $edition::BOOLEAN
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
-- Of the prices that can be compared, how many left the old ones far behind, and all on the same side.
swept AS (
    SELECT
        count(*) FILTER (loose) AS loose_prices,
        count(*) FILTER (NOT loose) AS list_prices,
        greatest(
            count(*) FILTER (loose AND factor > $market_factor), count(*) FILTER (loose AND factor < 1 / $market_factor)
        ) AS loose_swept,
        greatest(
            count(*) FILTER (NOT loose AND factor > $market_factor),
            count(*) FILTER (NOT loose AND factor < 1 / $market_factor)
        ) AS list_swept
    FROM comparisons
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
    compared.*,
    strange.percent AS strange_currency_percent,
    strange.names AS strange_currencies,
    swept.loose_prices,
    swept.list_prices,
    CASE WHEN swept.loose_prices >= $swept_rows THEN (swept.loose_swept * 100.0 / swept.loose_prices)::DOUBLE
    END AS loose_swept_percent,
    CASE WHEN swept.list_prices >= $swept_rows THEN (swept.list_swept * 100.0 / swept.list_prices)::DOUBLE
    END AS list_swept_percent,
    CASE WHEN linux.known >= $comparable_rows THEN (linux.dedicated * 100.0 / linux.known)::DOUBLE
    END AS dedicated_percent,
    year($as_of) AS year,
    date_diff('second', $now, $as_of) / 86400.0 AS days_ahead,
    date_diff('second', $as_of, $now) / 86400.0 AS days_old
FROM strange
CROSS JOIN swept
CROSS JOIN linux
LEFT JOIN compared ON true;
