-- A price is described by the latest batch that has it, so the order of loading leaves no trace.
UPDATE price_keys AS k
SET
    category = s.category, name = s.name, tier_to = s.tier_to, unit_raw = s.unit_raw,
    effective_from = s.effective_from, source_url = s.source_url, attributes = s.attributes
FROM staged_prices AS s
JOIN said AS d USING (price_id)
LEFT JOIN (
    SELECT key_no, max(coalesce(valid_to, 'infinity')) AS until
    FROM spans
    SEMI JOIN (SELECT key_no FROM said WHERE until < 'infinity') USING (key_no)
    GROUP BY key_no
) AS p ON p.key_no = d.key_no
WHERE k.price_id = s.price_id
  AND (k.category, k.name, k.tier_to, k.unit_raw, k.effective_from, k.source_url, k.attributes::VARCHAR)
  IS DISTINCT FROM (s.category, s.name, s.tier_to, s.unit_raw, s.effective_from, s.source_url, s.attributes)
  AND (d.until = 'infinity' OR p.until IS NULL OR p.until <= d.until);
