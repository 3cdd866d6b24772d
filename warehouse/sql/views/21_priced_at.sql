-- The prices in force at a moment, each as it was known to hold then: confirmed by the last batch of its cell
-- up to that moment, unless that one had it in quarantine. `infinity` gives those in force now. The accelerator
-- stands below the outer joins, where a filter on it keeps other machines' spans from being read.
CREATE OR REPLACE MACRO priced_at(moment) AS TABLE
SELECT
    k.price_id, k.provider, k.service, k.category, k.sku_id, k.name, k.instance_type, k.operating_system,
    k.tenancy, k.region, k.zone, k.purchase_option, k.price_type, k.term_months, k.payment,
    k.offering_class, k.tier_from, k.tier_to, k.unit, k.unit_raw, k.currency, s.price, s.upfront,
    CASE WHEN s.valid_to IS NULL THEN k.effective_from END AS effective_from,
    k.source, k.source_url,
    CASE WHEN q.price_id IS NULL THEN c.observed_at ELSE b.observed_at END AS observed_at,
    CASE
        WHEN q.price_id IS NULL THEN c.confirmed_at
        WHEN src.schedule = 'release' THEN b.as_of
        ELSE least(greatest(b.as_of, b.observed_at), moment)
    END AS confirmed_at,
    k.attributes, s.valid_from, s.valid_to, s.batch_id,
    CASE WHEN q.price_id IS NULL THEN c.as_of ELSE b.as_of END AS as_of, i.accelerator
FROM spans AS s
JOIN price_keys AS k USING (key_no)
JOIN batches AS b USING (batch_id)
JOIN cells_at(moment) AS c
    ON c.source = k.source AND c.provider = k.provider AND c.service = k.service AND c.region = k.region
    AND c.purchase_option = k.purchase_option
LEFT JOIN instance_types AS i ON i.provider = k.provider AND i.instance_type = k.instance_type
LEFT JOIN sources AS src ON src.source = k.source
LEFT JOIN doubted AS q
    ON q.batch_id = c.batch_id AND q.price_id = k.price_id
WHERE s.valid_from <= moment AND (s.valid_to IS NULL OR s.valid_to > moment);
