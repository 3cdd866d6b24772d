SELECT
    q.source, q.provider, q.instance_type, q.operating_system, q.region, q.purchase_option, q.price,
    q.likely_price, q.currency, q.reason, q.detail, q.as_of, q.batch_id
FROM quarantine AS q
WHERE ($source IS NULL OR q.source = $source)
  AND ($reason IS NULL OR q.reason = $reason)
  AND ($machine IS NULL OR q.instance_type ILIKE $machine)
  AND ($region IS NULL OR q.region = $region)
ORDER BY q.as_of DESC, q.source, q.instance_type, q.operating_system, q.region;
