-- Whole numbers of ten-billionths: a quotient of decimals would be a float. Half is rounded away from zero.
WITH listed AS (
    SELECT Date::DATE AS rate_date, currency, (rate::DECIMAL(20, 10) * 10000000000)::HUGEINT AS rate
    FROM (UNPIVOT sheet ON COLUMNS(* EXCLUDE (Date)) INTO NAME currency VALUE rate)
),
dollar AS (SELECT DISTINCT rate_date, rate FROM listed WHERE currency = 'USD'),
days AS (
    SELECT
        sheet.Date::DATE AS rate_date,
        CASE WHEN dollar.rate > 0 THEN dollar.rate ELSE error('there is no dollar rate on ' || sheet.Date) END AS dollar
    FROM sheet
    LEFT JOIN dollar ON dollar.rate_date = sheet.Date::DATE
),
rates AS (
    FROM listed
    UNION ALL
    SELECT rate_date, 'EUR', 10000000000 FROM days
)
SELECT DISTINCT
    currency,
    rate_date,
    ((rate * 10000000000 + sign(rate) * (dollar // 2)) // dollar)::DECIMAL(28, 0) * 0.0000000001::DECIMAL(10, 10) AS units_per_usd
FROM rates
JOIN days USING (rate_date)
