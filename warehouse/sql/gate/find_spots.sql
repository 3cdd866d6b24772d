CREATE OR REPLACE TEMP TABLE staged_spots AS
SELECT * FROM staged_prices WHERE purchase_option = 'spot' AND instance_type IS NOT NULL AND price > 0;
