SELECT * FROM measured_fx_rates ORDER BY row_number;
