CREATE OR REPLACE TEMP TABLE anchors AS
SELECT
    source,
    provider,
    service,
    instance_type,
    operating_system,
    sku_id,
    region,
    purchase_option,
    currency,
    low::DECIMAL(20, 10) AS low,
    high::DECIMAL(20, 10) AS high,
    since::DATE AS since,
    note
FROM read_csv($path, header = true, all_varchar = true, delim = ',', quote = '"', escape = '"');
