-- The last rate of every currency up to a moment; a dollar is a dollar at any.
CREATE MACRO fx_latest_by(moment) AS TABLE
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
        SELECT currency, rate_date, units_per_usd, source, 2000 FROM fx_reference
    )
    WHERE rate_date <= moment::TIMESTAMPTZ OR currency = 'USD'
    GROUP BY currency
);
