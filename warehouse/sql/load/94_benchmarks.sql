INSERT INTO benchmarks BY NAME
SELECT s.* EXCLUDE (row_number), this.as_of, this.batch_id
FROM staged_benchmarks AS s
CROSS JOIN (SELECT as_of, batch_id FROM batches WHERE batch_id = $batch_id) AS this
ANTI JOIN benchmarks AS o
    ON o.provider = s.provider AND o.instance_type = s.instance_type AND o.benchmark = s.benchmark
    AND o.configuration IS NOT DISTINCT FROM s.configuration AND o.source = s.source;
