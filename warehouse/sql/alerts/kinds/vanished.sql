-- What was offered and is no more, from any source.
CREATE OR REPLACE TEMP TABLE events AS
SELECT
    md5(concat_ws('|', 'vanished', m.thing, epoch_us(m.closed_at))) AS key,
    m.price_usd_hour::DOUBLE AS size, NULL::UUID AS price_id, m.price_id AS old_price_id
FROM matching('gone') AS m
WHERE m.thing NOT IN (
    SELECT thing_of(
        n.provider, n.instance_type, n.operating_system, n.tenancy, n.region, n.zone, n.purchase_option,
        n.price_type, n.term_months, n.payment, n.offering_class, n.currency
    )
    FROM newer.offers AS n
    WHERE (n.provider, n.instance_type) IN (SELECT (provider, instance_type) FROM gone)
)
QUALIFY row_number() OVER (PARTITION BY key ORDER BY m.price_id) = 1;
