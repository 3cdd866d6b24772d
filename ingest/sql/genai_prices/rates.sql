-- One row per priced unit and tier of an entry. A tier holds for a whole request whose input is longer
-- than its start. An entry without prices is free where the list says so, else it is not known.
WITH units AS (
    SELECT entries.*, unit.key AS price_key, unit.value AS stated
    FROM entries, json_each(entries.prices) AS unit
),
tiers AS (
    SELECT provider, model_id, way, place, price_key, 0 AS tier_from, stated->>'base' AS price
    FROM units
    WHERE json_type(stated) = 'OBJECT'
    UNION ALL
    SELECT provider, model_id, way, place, price_key, (tier.value->>'start')::BIGINT, tier.value->>'price'
    FROM units, json_each(units.stated, '$.tiers') AS tier
    WHERE json_type(stated) = 'OBJECT'
    UNION ALL
    SELECT provider, model_id, way, place, price_key, 0, stated->>'$'
    FROM units
    WHERE json_type(stated) <> 'OBJECT'
    UNION ALL
    SELECT provider, model_id, way, place, free.price_key, 0, '0'
    FROM entries, (VALUES ('input_mtok'), ('output_mtok')) AS free(price_key)
    WHERE way = 'standard' AND json_array_length(json_keys(prices)) = 0 AND NOT deprecated
      AND (ends_with(model_id, ':free') OR regexp_matches(comments, '(?i)free of charge'))
)
SELECT
    provider,
    model_id,
    way,
    place,
    price_key,
    tier_from::DECIMAL(20, 10) AS tier_from,
    lead(tier_from) OVER (
        PARTITION BY provider, model_id, way, place, price_key ORDER BY tier_from
    )::DECIMAL(20, 10) AS tier_to,
    price::DECIMAL(20, 10) AS price
FROM tiers
