-- For every cell, the last batch that speaks for it, and how many prices are in force there.
CREATE OR REPLACE TABLE cells AS
SELECT
    l.source, l.provider, l.service, l.region, l.purchase_option, l.last.as_of AS as_of, k.observed_at, k.confirmed_at,
    l.last.batch_id AS batch_id, l.prices
FROM (
    SELECT
        k.source, k.provider, k.service, k.region, k.purchase_option,
        any_value(k.prices) AS prices,
        max(struct_pack(as_of := b.as_of, observed_at := b.observed_at, batch_id := b.batch_id)) AS last
    FROM (
        SELECT p.source, p.provider, p.service, p.region, p.purchase_option, count(s.key_no) AS prices
        FROM price_keys AS p
        LEFT JOIN open_spans AS s USING (key_no)
        GROUP BY ALL
    ) AS k
    JOIN batches AS b
        ON b.source = k.source
        AND b.verdict <> 'refused'
        AND covers(b.provider, b.service, b.regions, b.purchase_options,
                   k.provider, k.service, k.region, k.purchase_option)
    GROUP BY ALL
) AS l
JOIN confirmations AS k ON k.batch_id = l.last.batch_id;
