-- A figure without trailing zeroes, as the sentences of the quarantine show it.
CREATE OR REPLACE TEMP MACRO plain(figure) AS rtrim(rtrim(figure::DECIMAL(20, 10)::VARCHAR, '0'), '.');
