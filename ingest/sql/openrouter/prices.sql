-- The price of each meter at each threshold: of the entries that apply there the last one in the list.
WITH thresholds AS (
    SELECT DISTINCT id, variant, meter, tier_from FROM stated
),
applied AS (
    SELECT
        t.id, t.variant, t.meter, t.tier_from,
        max({'place': s.place, 'price': s.price}).price AS price,
        any_value(s.unit_kind) AS unit_kind, any_value(s.unit) AS unit,
        any_value(s.hours) AS hours, any_value(s.days) AS days
    FROM thresholds AS t
    JOIN stated AS s ON s.id = t.id AND s.variant = t.variant AND s.meter = t.meter AND s.tier_from <= t.tier_from
    GROUP BY ALL
),
named AS (
    SELECT
        *,
        unit_kind || CASE WHEN variant = '' THEN '' ELSE ':' || variant END AS kind,
        lead(tier_from) OVER (PARTITION BY id, variant, meter ORDER BY tier_from) AS tier_to
    FROM applied
)
SELECT
    n.id || ':' || n.kind AS sku_id,
    coalesce(m.name, n.id) AS name,
    n.tier_from::DECIMAL(20, 10) AS tier_from,
    n.tier_to::DECIMAL(20, 10) AS tier_to,
    n.unit,
    n.meter AS unit_raw,
    n.price,
    json_merge_patch(
        json_object('kind', n.kind, 'model', n.id, 'unit_kind', n.unit_kind),
        CASE WHEN m.context_length > 0 THEN json_object('context_window', m.context_length) ELSE '{}' END,
        CASE WHEN n.hours IS NULL THEN '{}'
             ELSE json_object('condition', json_object('time_of_day_utc', n.hours)) END,
        CASE WHEN n.days IS NULL THEN '{}'
             ELSE json_object('condition', json_object('days_utc', n.days)) END,
        CASE WHEN n.price = 0 AND ends_with(n.id, ':free') THEN '{"free_tier": true}' ELSE '{}' END,
        CASE WHEN n.tier_from > 0 OR n.tier_to IS NOT NULL THEN '{"tier_of": "input tokens of the request"}'
             ELSE '{}' END,
        CASE WHEN m.expiration_date IS NULL THEN '{}' ELSE json_object('expires', m.expiration_date) END
    )::VARCHAR AS attributes
FROM named AS n
JOIN (SELECT DISTINCT ON (id) * FROM models ORDER BY id, name) AS m USING (id)
