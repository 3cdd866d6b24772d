-- The latest description of a machine wins; of one moment, the one of the greater source name.
INSERT OR REPLACE INTO instance_types BY NAME
SELECT s.* EXCLUDE (row_number), b.as_of
FROM staged_instance_types AS s
CROSS JOIN (SELECT as_of FROM batches WHERE batch_id = $batch_id) AS b
WHERE NOT EXISTS (
    SELECT 1 FROM instance_types AS i
    WHERE i.provider = s.provider AND i.instance_type = s.instance_type
      AND (i.as_of, i.source) > (b.as_of, s.source)
);
