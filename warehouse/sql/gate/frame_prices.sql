SELECT * EXCLUDE (suite) FROM measured_prices WHERE suite = $suite ORDER BY row_number;
