-- Current and past prices. A price in force was confirmed by the last batch of its cell, and by each later
-- reading that found that one unchanged, unless the batch had it in quarantine; then, and for past prices,
-- the batch that brought it speaks.
CREATE OR REPLACE VIEW prices AS
SELECT
    k.price_id, k.provider, k.service, k.category, k.sku_id, k.name, k.instance_type, k.operating_system,
    k.tenancy, k.region, k.zone, k.purchase_option, k.price_type, k.term_months, k.payment,
    k.offering_class, k.tier_from, k.tier_to, k.unit, k.unit_raw, k.currency, s.price, s.upfront,
    CASE WHEN s.valid_to IS NULL THEN k.effective_from END AS effective_from,
    k.source, k.source_url,
    CASE WHEN s.valid_to IS NULL AND q.price_id IS NULL THEN c.observed_at ELSE b.observed_at END AS observed_at,
    CASE
        WHEN s.valid_to IS NULL AND q.price_id IS NULL THEN c.confirmed_at
        WHEN src.schedule = 'release' THEN b.as_of
        ELSE greatest(b.as_of, b.observed_at)
    END AS confirmed_at,
    k.attributes, s.valid_from, s.valid_to, s.batch_id,
    CASE WHEN s.valid_to IS NULL AND q.price_id IS NULL THEN c.as_of ELSE b.as_of END AS as_of
FROM spans AS s
JOIN price_keys AS k USING (key_no)
JOIN batches AS b USING (batch_id)
JOIN cells AS c
    ON c.source = k.source AND c.provider = k.provider AND c.service = k.service AND c.region = k.region
    AND c.purchase_option = k.purchase_option
LEFT JOIN sources AS src ON src.source = k.source
LEFT JOIN doubted AS q
    ON q.batch_id = c.batch_id AND q.price_id = k.price_id;
