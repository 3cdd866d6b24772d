SELECT
    f.currency, f.rate_date, f.units_per_usd, f.source, s.title, s.homepage AS source_url,
    make_timestamptz(year(f.rate_date), month(f.rate_date), day(f.rate_date), 0, 0, 0, 'UTC') AS as_of
FROM fx_latest AS f
LEFT JOIN sources AS s USING (source)
WHERE f.currency = $currency::VARCHAR;
