-- The same at a moment: what had been said up to then, and when it had last been confirmed by then.
CREATE OR REPLACE MACRO cells_at(moment) AS TABLE
SELECT
    l.source, l.provider, l.service, l.region, l.purchase_option, l.last.as_of AS as_of,
    CASE WHEN k.observed_at <= moment THEN k.observed_at ELSE l.last.observed_at END AS observed_at,
    least(k.confirmed_at, moment) AS confirmed_at, l.last.batch_id AS batch_id
FROM (
    SELECT
        c.source, c.provider, c.service, c.region, c.purchase_option,
        max(struct_pack(as_of := b.as_of, observed_at := b.observed_at, batch_id := b.batch_id)) AS last
    FROM cells AS c
    JOIN batches AS b
        ON b.source = c.source
        AND b.verdict <> 'refused'
        AND b.as_of <= moment
        AND covers(b.provider, b.service, b.regions, b.purchase_options,
                   c.provider, c.service, c.region, c.purchase_option)
    GROUP BY ALL
) AS l
JOIN confirmations AS k ON k.batch_id = l.last.batch_id;
