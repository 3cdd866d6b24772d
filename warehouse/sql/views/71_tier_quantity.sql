-- How much of a quantity falls into the tier [tier_from, tier_to); a null end is none.
CREATE OR REPLACE MACRO tier_quantity(quantity, tier_from, tier_to) AS
    greatest(
        least(quantity::DECIMAL(20, 6), coalesce(tier_to::DECIMAL(20, 6), quantity::DECIMAL(20, 6)))
            - tier_from::DECIMAL(20, 6),
        0::DECIMAL(20, 6)
    )::DECIMAL(20, 6);
