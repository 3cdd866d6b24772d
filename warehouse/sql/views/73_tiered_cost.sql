-- What a quantity costs in all its tiers.
CREATE OR REPLACE MACRO tiered_cost(quantity, tiers) AS
    list_sum(
        list_transform(
            tiers, lambda t: tier_quantity(quantity, t.tier_from, t.tier_to) * t.price::DECIMAL(20, 10)
        )
    );
