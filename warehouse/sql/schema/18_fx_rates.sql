-- One rate a currency and day: of the source of the lowest rank, the reference table last.
CREATE VIEW fx_rates AS
SELECT currency, rate_date, first.units_per_usd, first.source
FROM (
    SELECT
        currency, rate_date,
        arg_min(
            struct_pack(units_per_usd := units_per_usd, source := source),
            struct_pack(place := place, source := source)
        ) AS first
    FROM (
        SELECT o.currency, o.rate_date, o.units_per_usd, o.source, coalesce(s.source_rank, 1000) AS place
        FROM fx_observed AS o
        LEFT JOIN sources AS s USING (source)
        UNION ALL
        SELECT currency, rate_date, units_per_usd, source, 2000 FROM fx_reference
    )
    GROUP BY currency, rate_date
);
