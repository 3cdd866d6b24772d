-- An amount at the rates of two currencies against the dollar, rounded to ten places, half away from zero. Whole
-- numbers of ten-billionths: a quotient of decimals would be a float. Amounts below 8e17 fit.
CREATE OR REPLACE MACRO exchanged(amount, units_before, units_after) AS (
    (
        (
            2 * (amount::DECIMAL(38, 10) * 10000000000::DECIMAL(11, 0))::HUGEINT
                * (units_after::DECIMAL(20, 10) * 10000000000::DECIMAL(11, 0))::HUGEINT
            + sign(amount)::HUGEINT * (units_before::DECIMAL(20, 10) * 10000000000::DECIMAL(11, 0))::HUGEINT
        ) // (2 * (units_before::DECIMAL(20, 10) * 10000000000::DECIMAL(11, 0))::HUGEINT)
    )::DECIMAL(28, 0) * 0.0000000001::DECIMAL(10, 10)
);
