SELECT currency, rate_date, units_per_usd, source FROM fx_rates WHERE currency = $currency::VARCHAR;
