SELECT b.batch_id
FROM (SELECT unnest($batch_ids::VARCHAR[]) AS batch_id, unnest($moments::TIMESTAMPTZ[]) AS checked_at) AS r
JOIN batches AS b USING (batch_id)
WHERE json_exists(b.reasons, '$.moved') AND r.checked_at >= b.observed_at + to_hours($hours);
