-- The parts as they are listed, every tier. VMware nodes are listed once for each commitment. What Oracle
-- calls a gigabyte of memory is a GiB; per hour of an OCPU, a GPU or a node is per hour of one of them.
SELECT
    category,
    service,
    part AS sku_id,
    name,
    CASE WHEN category = 'compute' THEN 'shared' END AS tenancy,
    'global' AS region,
    CASE WHEN committed = '' THEN 'on_demand' ELSE 'commitment' END AS purchase_option,
    CASE committed WHEN '' THEN NULL WHEN 'Month' THEN 1 ELSE 12 * committed::INTEGER END AS term_months,
    tier_from,
    tier_to,
    CASE
        WHEN regexp_matches(
            metric, '(?i)^(gigabyte|gibibyte memory|redis memory gigabyte) per hour$'
        ) THEN 'gib_hour'
        WHEN regexp_matches(metric, '(?i)^gigabyte storage per hour$') THEN 'gb_hour'
        WHEN regexp_matches(
            metric, '(?i)^(gigabyte( \(gb\))?|virtualized gb)( (log )?storage( capacity)?)? per month$'
        ) THEN 'gb_month'
        WHEN regexp_matches(
            metric, '(?i)^(gigabytes?( \(gb\))?|gb) (of data|of packaged|outbound data|storage retrieved)'
        ) AND NOT regexp_matches(metric, '(?i)hour$') THEN 'gb'
        WHEN regexp_matches(metric, '(?i)^[^0-9].*\bhour$')
            AND NOT regexp_matches(metric, '(?i)byte|requests|mbps') THEN 'hour'
        WHEN regexp_matches(metric, '(?i)^1,000 (transactions|emails)') THEN 'thousand_requests'
        WHEN regexp_matches(metric, '(?i)^(1 sms|per sms|request$|api calls$)') THEN 'request'
        ELSE 'unit'
    END AS unit,
    metric AS unit_raw,
    currency,
    price,
    CASE
        WHEN free THEN json_object('service_category', service_category, 'free_tier', true)
        ELSE json_object('service_category', service_category)
    END::VARCHAR AS attributes
FROM (
    SELECT *, CASE
        WHEN regexp_matches(name, '(?i)(monthly|1 month) commit$') THEN 'Month'
        ELSE regexp_extract(name, '(?i)([0-9]) year commit$', 1)
    END AS committed
    FROM listed
)
WHERE ($service IS NULL OR service = $service) AND $regions::VARCHAR[] IS NULL
