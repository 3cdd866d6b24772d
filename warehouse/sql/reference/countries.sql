CREATE OR REPLACE TABLE countries AS
SELECT
    country,
    name_en,
    name_pt,
    continent,
    synonyms_en,
    synonyms_pt
FROM read_csv($path, header = true, all_varchar = true, delim = ',', quote = '"', escape = '"');
