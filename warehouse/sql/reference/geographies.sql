CREATE OR REPLACE TABLE geographies AS
SELECT
    geography,
    names_en,
    names_pt,
    countries
FROM read_csv($path, header = true, all_varchar = true, delim = ',', quote = '"', escape = '"');
