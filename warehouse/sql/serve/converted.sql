-- An amount in another currency at the rate of a day; without a day at the latest.
SELECT
    upper($from_currency::VARCHAR) AS from_currency, upper($to_currency::VARCHAR) AS currency,
    $amount::DECIMAL(38, 10) AS from_amount, exchanged($amount, f.fx.units_before, f.fx.units_after) AS amount,
    f.fx.rate AS rate, f.rate_date, f.fx.source AS source, s.title, s.homepage AS source_url,
    make_timestamptz(year(f.rate_date), month(f.rate_date), day(f.rate_date), 0, 0, 0, 'UTC') AS as_of
FROM (
    -- A dollar's rate to itself is of any day.
    SELECT fx, CASE WHEN fx.rate_date < DATE '9999-12-31' THEN fx.rate_date ELSE current_date END AS rate_date
    FROM (
        SELECT
            fx_between(
                $from_currency::VARCHAR, $to_currency::VARCHAR, coalesce($day::DATE, DATE '9999-12-31')
            ) AS fx
    )
) AS f
LEFT JOIN sources AS s ON s.source = f.fx.source
WHERE f.fx IS NOT NULL;
