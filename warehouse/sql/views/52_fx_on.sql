-- The rate of a currency in force on a day: the latest of that day or before, with its own day and source; never
-- a later one, null where there is none. A dollar is a dollar on any day.
CREATE OR REPLACE MACRO fx_on(currency_code, on_day) AS (
    CASE
        WHEN upper(currency_code) = 'USD' AND on_day IS NOT NULL THEN struct_pack(
            rate_date := on_day::DATE, units_per_usd := 1::DECIMAL(20, 10), source := 'by definition'
        )
        ELSE (
            SELECT
                arg_max(
                    struct_pack(rate_date := r.rate_date, units_per_usd := r.units_per_usd, source := r.source),
                    r.rate_date
                )
            FROM fx_rates AS r
            WHERE r.currency = upper(currency_code) AND r.rate_date <= on_day::DATE
        )
    END
);
