-- Of each source the latest word on a day's rate.
INSERT OR REPLACE INTO fx_observed BY NAME
SELECT s.* EXCLUDE (row_number), this.as_of, this.batch_id
FROM staged_fx_rates AS s
CROSS JOIN (SELECT as_of, observed_at, batch_id FROM batches WHERE batch_id = $batch_id) AS this
WHERE NOT EXISTS (
    SELECT 1
    FROM fx_observed AS o
    JOIN batches AS b USING (batch_id)
    WHERE o.currency = s.currency AND o.rate_date = s.rate_date AND o.source = s.source
      AND (b.as_of, b.observed_at, b.batch_id) > (this.as_of, this.observed_at, this.batch_id)
);
