-- What turns one currency into another on a day: `rate` units of the second for one of the first, as old as the
-- older of the two rates to the dollar it is made of, `units_before` and `units_after`; null where one is unknown.
-- Each rate is as `fx_on` says it, both found in one pass.
CREATE OR REPLACE MACRO fx_between(currency_before, currency_after, on_day) AS (
    SELECT
        CASE WHEN pair.before IS NOT NULL AND pair.after IS NOT NULL THEN struct_pack(
            rate := (exchanged(100, pair.before.units_per_usd, pair.after.units_per_usd)
                * 0.01::DECIMAL(2, 2))::DECIMAL(18, 12),
            rate_date := least(pair.before.rate_date, pair.after.rate_date),
            source := CASE
                WHEN pair.code_before = 'USD' THEN pair.after.source
                WHEN pair.code_after = 'USD' OR pair.before.source = pair.after.source THEN pair.before.source
                ELSE pair.before.source || '; ' || pair.after.source
            END,
            units_before := pair.before.units_per_usd,
            units_after := pair.after.units_per_usd
        ) END
    FROM (
        SELECT
            code_before, code_after,
            CASE WHEN code_before = 'USD' THEN any_value(dollar) ELSE max(rate) FILTER (code = code_before) END AS before,
            CASE WHEN code_after = 'USD' THEN any_value(dollar) ELSE max(rate) FILTER (code = code_after) END AS after
        FROM (
            -- Here alone the arguments stand where no column of the rates can be taken for them.
            SELECT
                upper(currency_before) AS code_before, upper(currency_after) AS code_after, on_day::DATE AS day,
                CASE WHEN on_day IS NOT NULL THEN struct_pack(
                    rate_date := on_day::DATE, units_per_usd := 1::DECIMAL(20, 10), source := 'by definition'
                ) END AS dollar
        ) AS asked
        LEFT JOIN (
            SELECT
                r.currency AS code,
                struct_pack(rate_date := r.rate_date, units_per_usd := r.units_per_usd, source := r.source) AS rate
            FROM fx_rates AS r
        ) AS known
            ON known.code IN (code_before, code_after) AND known.rate.rate_date <= asked.day
        GROUP BY code_before, code_after
    ) AS pair
);
