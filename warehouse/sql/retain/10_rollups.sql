INSERT INTO spot_rollups BY NAME
SELECT key_no, day, low, median, high, mean, volatility_percent, changes
FROM spot_days
ANTI JOIN spot_rollups USING (key_no, day)
WHERE day < $horizon::DATE;
