-- Of each source the latest band of a machine.
INSERT OR REPLACE INTO interruptions BY NAME
SELECT s.* EXCLUDE (row_number), this.as_of, this.batch_id
FROM staged_interruptions AS s
CROSS JOIN (SELECT as_of, observed_at, batch_id FROM batches WHERE batch_id = $batch_id) AS this
WHERE NOT EXISTS (
    SELECT 1
    FROM interruptions AS o
    JOIN batches AS b USING (batch_id)
    WHERE o.provider = s.provider AND o.region = s.region AND o.instance_type = s.instance_type
      AND o.operating_system = s.operating_system AND o.source = s.source
      AND (b.as_of, b.observed_at, b.batch_id) > (this.as_of, this.observed_at, this.batch_id)
);
