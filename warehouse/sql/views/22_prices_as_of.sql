CREATE OR REPLACE MACRO prices_as_of(moment) AS TABLE
SELECT * EXCLUDE (accelerator) FROM priced_at(moment::TIMESTAMPTZ);
