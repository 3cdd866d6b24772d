-- What offers cost in a currency, with the rate; those of which the seller publishes that currency too, in another
-- row, are left out.
SELECT
    price_id::VARCHAR AS price_id, price_hour_in, price_month_in, in_currency, fx_rate, fx_date, fx_source, converted
FROM offers_in($currency::VARCHAR, on_day := coalesce($day::DATE, DATE '9999-12-31'))
WHERE list_contains($price_ids::VARCHAR[]::UUID[], price_id);
