CREATE OR REPLACE MACRO token_prices_as_of(moment) AS TABLE
FROM token_prices_at(moment::TIMESTAMPTZ, moment::TIMESTAMPTZ);
