CREATE OR REPLACE TABLE fx_reference AS
SELECT
    currency,
    rate_date::DATE AS rate_date,
    units_per_usd::DECIMAL(20, 10) AS units_per_usd,
    source
FROM read_csv($path, header = true, all_varchar = true, delim = ',', quote = '"', escape = '"');
