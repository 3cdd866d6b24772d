CREATE OR REPLACE TABLE services AS
SELECT
    item,
    provider,
    kind,
    service,
    pattern,
    unit,
    size_gb::INTEGER AS size_gb,
    geographies,
    aliases,
    meaning
FROM read_csv($path, header = true, all_varchar = true, delim = ',', quote = '"', escape = '"');
