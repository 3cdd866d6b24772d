-- Text to money. Up to 100 million it fits 64 bits, in which whole dollars are read a hundred times as fast.
CREATE TEMP MACRO money(amount) AS coalesce(TRY_CAST(amount AS DECIMAL(18, 10)), amount::DECIMAL(20, 10))
