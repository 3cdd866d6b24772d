-- A price for one unit as a price for one of another; null where `units` has no conversion between the two.
CREATE OR REPLACE MACRO convert_unit_price(price, unit_before, unit_after) AS (
    CASE
        WHEN unit_before = unit_after THEN price::DECIMAL(38, 10)
        ELSE coalesce(
            (
                SELECT exchanged(price, 1, u.factor)
                FROM units AS u
                WHERE u.from_unit = unit_before AND u.to_unit = unit_after
            ),
            (
                SELECT exchanged(price, u.factor, 1)
                FROM units AS u
                WHERE u.from_unit = unit_after AND u.to_unit = unit_before
            )
        )
    END
);
