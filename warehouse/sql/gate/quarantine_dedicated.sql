-- Where the list states the dedicated price, it is kept as such; of the shared price the batch then says
-- nothing, so the one before stays in force, and who asks for it learns why there is no newer one.
INSERT INTO quarantine BY NAME
WITH dedicated AS (
    SELECT
        s.*, f.likely_price,
        price_id_of(
            source, provider, service, sku_id, instance_type, operating_system, 'shared', region, zone,
            purchase_option, price_type, term_months, payment, offering_class, tier_from, unit, currency
        ) AS shared_id
    FROM staged_prices AS s
    JOIN tenancy_findings AS f ON f.row_number = s.row_number AND f.verdict = 'dedicated'
    ANTI JOIN refusals AS r ON r.staged = 'prices' AND r.row_number = s.row_number
)
SELECT
    $batch_id AS batch_id,
    shared_id AS price_id,
    source, provider, service, instance_type, operating_system, region, purchase_option, price, currency,
    'dedicated_tenancy' AS reason,
    'The list says ' || plain(price)
        || ', which is the dedicated-tenancy price: kept as that, refused as the shared one.'
        || coalesce(' The shared price is likely ' || plain(likely_price) || '.', '') AS detail,
    likely_price,
    coalesce($hashes[list_position($urls, source_url)], $hashes[1]) AS payload_sha256,
    $as_of AS as_of,
    json_object('sku_id', sku_id, 'name', name, 'source_url', source_url) AS row_json
FROM dedicated
WHERE shared_id NOT IN (SELECT price_id FROM staged_prices)
QUALIFY $sample::BIGINT IS NULL OR row_number() OVER (ORDER BY price_id, price) <= $sample::BIGINT;
