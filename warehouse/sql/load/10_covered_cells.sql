-- The cells this batch speaks for, each with the next moment that is spoken of too and the last batch of
-- that moment. Batches are ordered by (as_of, observed_at, batch_id).
CREATE OR REPLACE TEMP TABLE covered_cells AS
WITH
this AS (SELECT * FROM batches WHERE batch_id = $batch_id),
cells AS (
    SELECT DISTINCT k.source, k.provider, k.service, k.region, k.purchase_option
    FROM price_keys AS k, this
    WHERE k.source = this.source
    UNION
    SELECT DISTINCT source, provider, service, region, purchase_option FROM staged_prices
)
SELECT
    c.source, c.provider, c.service, c.region, c.purchase_option, this.as_of,
    min(b.as_of) AS next_as_of,
    arg_max(b.batch_id, (-epoch_us(b.as_of), b.observed_at, b.batch_id)) AS next_batch
FROM cells AS c
CROSS JOIN this
LEFT JOIN batches AS b
    ON b.source = c.source
    AND b.verdict <> 'refused'
    AND (b.as_of, b.observed_at, b.batch_id) > (this.as_of, this.observed_at, this.batch_id)
    AND covers(b.provider, b.service, b.regions, b.purchase_options,
               c.provider, c.service, c.region, c.purchase_option)
WHERE covers(this.provider, this.service, this.regions, this.purchase_options,
             c.provider, c.service, c.region, c.purchase_option)
GROUP BY ALL;
