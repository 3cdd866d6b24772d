-- An amount in another currency at the rates in force on a day; null where one of the two has none.
CREATE OR REPLACE MACRO convert_money(amount, from_currency, to_currency, on_day) AS (
    CASE
        WHEN upper(from_currency) = upper(to_currency) THEN amount::DECIMAL(38, 10)
        ELSE exchanged(
            amount, fx_on(from_currency, on_day).units_per_usd, fx_on(to_currency, on_day).units_per_usd
        )
    END
);
