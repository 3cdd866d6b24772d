-- The last rate of every currency up to a moment; a dollar is a dollar at any.
CREATE MACRO fx_latest_by(moment) AS TABLE
SELECT currency, latest.rate_date, latest.units_per_usd, latest.source
FROM (
    SELECT
        currency,
        arg_max(
            struct_pack(rate_date := rate_date, units_per_usd := units_per_usd, source := source), rate_date
        ) AS latest
    FROM fx_rates
    WHERE rate_date <= moment::TIMESTAMPTZ OR currency = 'USD'
    GROUP BY currency
);
