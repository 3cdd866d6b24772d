INSERT INTO quarantine BY NAME
WITH refused AS (
    SELECT s.*, r.reason, m.previous, m.move_percent
    FROM staged_fx_rates AS s
    JOIN refusals AS r ON r.staged = 'fx_rates' AND r.row_number = s.row_number
    JOIN (SELECT row_number, previous, move_percent FROM measured_fx_rates) AS m ON m.row_number = s.row_number
    QUALIFY $sample::BIGINT IS NULL
         OR row_number() OVER (PARTITION BY r.reason ORDER BY currency, rate_date, units_per_usd) <= $sample::BIGINT
)
SELECT
    $batch_id AS batch_id,
    source, source AS provider, 'fx_rates' AS service, units_per_usd AS price, currency, reason,
    CASE reason
        WHEN 'bad_rate' THEN 'A rate of ' || plain(units_per_usd) || ' ' || currency || ' to the dollar is none.'
        WHEN 'unknown_currency' THEN currency || ' is no currency of ISO 4217.'
        WHEN 'future_rate' THEN 'The rate is dated ' || rate_date || ', a day to come.'
        WHEN 'repeated_row' THEN 'The batch holds this rate more than once; one is kept.'
        WHEN 'duplicate_key' THEN 'The batch holds several rates of ' || currency || ' on ' || rate_date
            || '; this one says ' || plain(units_per_usd) || '.'
        ELSE 'The rate of ' || currency || ' moved by ' || printf('%+.1f', move_percent) || '%, from '
            || plain(previous) || ' to ' || plain(units_per_usd) || ' on ' || rate_date
            || '; a second batch that says about the same will be believed.'
    END AS detail,
    $hashes[1] AS payload_sha256,
    $as_of AS as_of,
    json_merge_patch(row_json, '{"row_number": null}') AS row_json
FROM refused
JOIN (
    SELECT row_number, to_json(s) AS row_json
    FROM (SELECT * FROM staged_fx_rates SEMI JOIN refused USING (row_number)) AS s
) USING (row_number);
