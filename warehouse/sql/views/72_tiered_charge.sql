-- What each tier takes of a quantity, and its charge. Tiers are a list of structs of tier_from, tier_to, price.
CREATE OR REPLACE MACRO tiered_charge(quantity, tiers) AS TABLE
SELECT
    t.tier_from::DECIMAL(20, 6) AS tier_from,
    t.tier_to::DECIMAL(20, 6) AS tier_to,
    tier_quantity(quantity, t.tier_from, t.tier_to) AS quantity,
    t.price::DECIMAL(20, 10) AS unit_price,
    tier_quantity(quantity, t.tier_from, t.tier_to) * t.price::DECIMAL(20, 10) AS amount
FROM (SELECT unnest(tiers) AS t)
ORDER BY tier_from;
