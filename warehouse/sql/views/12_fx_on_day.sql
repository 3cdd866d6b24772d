-- The last rate of every currency up to a day; a dollar is a dollar on any.
CREATE OR REPLACE MACRO fx_on_day(moment) AS TABLE
SELECT currency, latest.rate_date, latest.units_per_usd, latest.source
FROM (
    SELECT
        currency,
        arg_max(
            struct_pack(rate_date := rate_date, units_per_usd := units_per_usd, source := source),
            struct_pack(rate_date := rate_date, place := -place, source := source)
        ) AS latest
    FROM (
        SELECT o.currency, o.rate_date, o.units_per_usd, o.source, coalesce(s.source_rank, 1000) AS place
        FROM fx_observed AS o
        LEFT JOIN sources AS s USING (source)
        UNION ALL
        SELECT
            currency, CASE WHEN currency = 'USD' THEN DATE '1970-01-01' ELSE rate_date END, units_per_usd, source, 2000
        FROM fx_reference
    )
    WHERE rate_date <= moment::TIMESTAMPTZ
    GROUP BY currency
);
