-- What turns one currency into another on a day: `rate` units of the second for one of the first, as old as the
-- older of the two rates to the dollar it is made of, `units_before` and `units_after`; null where one is unknown.
CREATE OR REPLACE MACRO fx_between(currency_before, currency_after, on_day) AS (
    SELECT
        CASE WHEN pair.before IS NOT NULL AND pair.after IS NOT NULL THEN struct_pack(
            rate := (exchanged(100, pair.before.units_per_usd, pair.after.units_per_usd)
                * 0.01::DECIMAL(2, 2))::DECIMAL(18, 12),
            rate_date := least(pair.before.rate_date, pair.after.rate_date),
            source := CASE
                WHEN upper(currency_before) = 'USD' THEN pair.after.source
                WHEN upper(currency_after) = 'USD' OR pair.before.source = pair.after.source THEN pair.before.source
                ELSE pair.before.source || '; ' || pair.after.source
            END,
            units_before := pair.before.units_per_usd,
            units_after := pair.after.units_per_usd
        ) END
    FROM (SELECT fx_on(currency_before, on_day) AS before, fx_on(currency_after, on_day) AS after) AS pair
);
