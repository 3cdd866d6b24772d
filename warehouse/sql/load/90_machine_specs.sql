-- Of each source the latest description of a machine, whatever the order of loading.
INSERT OR REPLACE INTO machine_specs BY NAME
SELECT s.* EXCLUDE (row_number), this.as_of, this.batch_id
FROM staged_instance_types AS s
CROSS JOIN (SELECT as_of, observed_at, batch_id FROM batches WHERE batch_id = $batch_id) AS this
WHERE NOT EXISTS (
    SELECT 1
    FROM machine_specs AS i
    JOIN batches AS b USING (batch_id)
    WHERE i.provider = s.provider AND i.instance_type = s.instance_type AND i.source = s.source
      AND (b.as_of, b.observed_at, b.batch_id) > (this.as_of, this.observed_at, this.batch_id)
);
