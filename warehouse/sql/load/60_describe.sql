-- A price is described by the latest batch that has it, so the order of loading leaves no trace.
UPDATE price_keys AS k
SET
    category = s.category, name = s.name, tier_to = s.tier_to, unit_raw = s.unit_raw,
    effective_from = s.effective_from, source_url = s.source_url, attributes = s.attributes
FROM (
    -- Column by column, which is far quicker than row by row.
    SELECT s.*
    FROM staged_prices AS s
    JOIN price_keys AS h USING (price_id)
    WHERE h.category <> s.category OR h.name <> s.name OR h.tier_to IS DISTINCT FROM s.tier_to
       OR h.unit_raw <> s.unit_raw OR h.effective_from IS DISTINCT FROM s.effective_from
       OR h.source_url <> s.source_url OR h.attributes::VARCHAR IS DISTINCT FROM s.attributes
) AS s
JOIN said AS d USING (price_id)
LEFT JOIN (
    SELECT key_no, max(coalesce(valid_to, 'infinity')) AS until
    FROM spans
    SEMI JOIN (SELECT key_no FROM said WHERE until < 'infinity') USING (key_no)
    GROUP BY key_no
) AS p ON p.key_no = d.key_no
WHERE k.price_id = s.price_id AND (d.until = 'infinity' OR p.until IS NULL OR p.until <= d.until);
