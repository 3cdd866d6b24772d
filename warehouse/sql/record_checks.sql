-- Later reads that found the payloads of batches unchanged; whatever their order, the last one counts.
INSERT INTO checks BY NAME
SELECT b.batch_id, b.source, b.provider, b.service, b.regions, b.purchase_options, r.checked_at
FROM (SELECT unnest($batch_ids::VARCHAR[]) AS batch_id, unnest($moments::TIMESTAMPTZ[]) AS checked_at) AS r
JOIN batches AS b USING (batch_id)
ON CONFLICT (batch_id) DO UPDATE SET checked_at = greatest(checks.checked_at, excluded.checked_at);
