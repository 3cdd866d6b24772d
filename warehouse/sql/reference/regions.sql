CREATE OR REPLACE TABLE regions AS
SELECT
    provider,
    region,
    name,
    city,
    city_pt,
    country,
    latitude::DOUBLE AS latitude,
    longitude::DOUBLE AS longitude,
    kind,
    aliases,
    synonyms_en,
    synonyms_pt,
    source
FROM read_csv($path, header = true, all_varchar = true, delim = ',', quote = '"', escape = '"');
