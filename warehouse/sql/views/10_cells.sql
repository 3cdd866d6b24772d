-- For every cell, the last batch that speaks for it.
CREATE OR REPLACE TABLE cells AS
SELECT
    l.source, l.provider, l.service, l.region, l.purchase_option, l.last.as_of AS as_of, k.observed_at, k.confirmed_at,
    l.last.batch_id AS batch_id
FROM (
    SELECT
        k.source, k.provider, k.service, k.region, k.purchase_option,
        max(struct_pack(as_of := b.as_of, observed_at := b.observed_at, batch_id := b.batch_id)) AS last
    FROM (SELECT DISTINCT source, provider, service, region, purchase_option FROM price_keys) AS k
    JOIN batches AS b
        ON b.source = k.source
        AND b.verdict <> 'refused'
        AND covers(b.provider, b.service, b.regions, b.purchase_options,
                   k.provider, k.service, k.region, k.purchase_option)
    GROUP BY ALL
) AS l
JOIN confirmations AS k ON k.batch_id = l.last.batch_id;
