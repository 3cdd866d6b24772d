SELECT currency, rate_date, units_per_usd, source FROM fx_latest WHERE currency = $currency::VARCHAR;
