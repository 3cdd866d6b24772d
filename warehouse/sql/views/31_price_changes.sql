-- Each step from one price to the next, also over a gap in which there was none.
CREATE OR REPLACE VIEW price_changes AS
SELECT
    k.price_id, k.provider, k.service, k.instance_type, k.name, k.operating_system, k.tenancy, k.region, k.zone,
    k.purchase_option, k.price_type, k.term_months, k.payment, k.offering_class, k.unit, k.currency,
    p.price AS old_price, s.price AS new_price, p.upfront AS old_upfront, s.upfront AS new_upfront,
    (
        100 * (
            (s.price + coalesce(s.upfront / (k.term_months * 730), 0))
            / nullif(p.price + coalesce(p.upfront / (k.term_months * 730), 0), 0) - 1
        )
    )::DOUBLE AS change_percent,
    s.valid_from AS changed_at, p.valid_from AS old_valid_from, p.valid_to AS old_valid_to,
    CASE WHEN s.valid_to IS NULL THEN k.effective_from END AS effective_from,
    b.observed_at, b.observed_at AS first_seen, CASE WHEN s.valid_to IS NULL THEN c.observed_at ELSE s.valid_to END AS last_seen,
    k.source, k.source_url, s.batch_id, f.snapshot
FROM spans AS s
JOIN past_spans AS p ON p.key_no = s.key_no AND p.valid_to = s.previous_to
JOIN price_keys AS k ON k.key_no = s.key_no
JOIN batches AS b ON b.batch_id = s.batch_id
LEFT JOIN first_snapshots AS f ON f.batch_id = s.batch_id
LEFT JOIN cells AS c
    ON c.source = k.source AND c.provider = k.provider AND c.service = k.service AND c.region = k.region
    AND c.purchase_option = k.purchase_option
WHERE p.price <> s.price OR p.upfront IS DISTINCT FROM s.upfront;
