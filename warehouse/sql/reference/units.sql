CREATE OR REPLACE TABLE units AS
SELECT from_unit, to_unit, factor::DECIMAL(20, 10) AS factor, note
FROM read_csv($path, header = true, all_varchar = true, delim = ',', quote = '"', escape = '"');
