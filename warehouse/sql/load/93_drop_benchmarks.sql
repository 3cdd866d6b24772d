-- The scores this batch states anew. A configuration may be null, so there is no key to replace by.
DELETE FROM benchmarks AS o
USING staged_benchmarks AS s, batches AS b, batches AS this
WHERE o.provider = s.provider AND o.instance_type = s.instance_type AND o.benchmark = s.benchmark
  AND o.configuration IS NOT DISTINCT FROM s.configuration AND o.source = s.source
  AND b.batch_id = o.batch_id AND this.batch_id = $batch_id
  AND (b.as_of, b.observed_at, b.batch_id) <= (this.as_of, this.observed_at, this.batch_id);
