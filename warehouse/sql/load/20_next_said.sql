-- A later batch says nothing of the prices it had in quarantine: for those, look further ahead.
CREATE OR REPLACE TEMP TABLE next_said AS
WITH
silent AS (
    SELECT DISTINCT q.price_id, c.source, c.provider, c.service, c.region, c.purchase_option
    FROM covered_cells AS c
    JOIN quarantine AS q
        ON q.batch_id = c.next_batch
        AND q.price_id IS NOT NULL
        AND (q.source, q.provider, q.service, q.region, q.purchase_option)
        = (c.source, c.provider, c.service, c.region, c.purchase_option)
),
speaking AS (
    SELECT s.price_id, b.as_of, b.observed_at, b.batch_id
    FROM silent AS s
    CROSS JOIN (SELECT * FROM batches WHERE batch_id = $batch_id) AS this
    JOIN batches AS b
        ON b.source = s.source
        AND b.verdict <> 'refused'
        AND (b.as_of, b.observed_at, b.batch_id) > (this.as_of, this.observed_at, this.batch_id)
        AND covers(b.provider, b.service, b.regions, b.purchase_options,
                   s.provider, s.service, s.region, s.purchase_option)
    ANTI JOIN quarantine AS q ON q.batch_id = b.batch_id AND q.price_id = s.price_id
)
SELECT
    s.price_id,
    min(b.as_of) AS next_as_of,
    arg_max(b.batch_id, (-epoch_us(b.as_of), b.observed_at, b.batch_id)) AS next_batch
FROM (SELECT DISTINCT price_id FROM silent) AS s
LEFT JOIN speaking AS b USING (price_id)
GROUP BY s.price_id;
