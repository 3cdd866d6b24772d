-- One rate a currency and day: of the source of the lowest rank, the reference table last.
CREATE VIEW fx_rates AS
SELECT currency, rate_date, units_per_usd, source
FROM (
    SELECT o.currency, o.rate_date, o.units_per_usd, o.source, coalesce(s.source_rank, 1000) AS place
    FROM fx_observed AS o
    LEFT JOIN sources AS s USING (source)
    UNION ALL
    SELECT currency, rate_date, units_per_usd, source, 2000 FROM fx_reference
)
QUALIFY row_number() OVER (PARTITION BY currency, rate_date ORDER BY place, source) = 1;
