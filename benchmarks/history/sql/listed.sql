CREATE TEMP TABLE listed AS
WITH
systems AS (
    SELECT * FROM (VALUES ('linux', 1.0, true), ('windows', 1.9, true), ('rhel', 1.4, true), ('suse', 1.3, true),
                          ('rhel_ha', 1.5, false), ('ubuntu_pro', 1.05, false)) AS s (system, licence, reserved)
),
ways AS (
    SELECT system, licence, tenancy, 'on_demand' AS option, NULL::INTEGER AS months, NULL::VARCHAR AS payment,
           NULL::VARCHAR AS class, surcharge AS share, 0.0 AS paid
    FROM systems, (VALUES ('shared', 1.0), ('dedicated', 1.06)) AS t (tenancy, surcharge)
    UNION ALL
    SELECT system, licence, 'shared', 'reserved', months, payment, class,
           CASE payment WHEN 'all_upfront' THEN 0 WHEN 'partial_upfront' THEN 0.3 ELSE 0.6 END * 12 / months,
           CASE payment WHEN 'all_upfront' THEN 0.58 WHEN 'partial_upfront' THEN 0.29 ELSE 0 END * months * 730
    FROM systems, (VALUES (12), (36)) AS m (months),
         (VALUES ('no_upfront'), ('partial_upfront'), ('all_upfront')) AS p (payment),
         (VALUES ('standard'), ('convertible')) AS c (class)
    WHERE reserved
),
places AS (
    SELECT region, 1 + row_number() OVER (ORDER BY region) / 100 AS dearer
    FROM regions WHERE provider = 'aws' AND region NOT LIKE '%gov%' AND region NOT LIKE 'cn-%'
      AND regexp_matches(region, '^[a-z]+-[a-z]+-[0-9]$') ORDER BY region LIMIT $regions
)
SELECT
    $source AS source, 'aws' AS provider, 'AmazonEC2' AS service, 'compute' AS category,
    md5(concat_ws('/', m.instance_type, p.region, w.system, w.tenancy, w.option))[:16] AS sku_id,
    m.instance_type AS name, m.instance_type, w.system AS operating_system, w.tenancy, p.region, NULL::VARCHAR AS zone,
    w.option AS purchase_option, 'list' AS price_type, w.months AS term_months, w.payment,
    w.class AS offering_class, 0::DECIMAL(20, 10) AS tier_from, NULL::DECIMAL(20, 10) AS tier_to, 'hour' AS unit,
    'Hrs' AS unit_raw, 'USD' AS currency,
    round(m.base * p.dearer * w.licence * w.share, 4)::DECIMAL(20, 10) AS price,
    CASE WHEN w.paid > 0 THEN round(m.base * p.dearer * w.licence * w.paid, 2)::DECIMAL(20, 10) END AS upfront,
    NULL::TIMESTAMPTZ AS effective_from,
    format('https://pricing.us-east-1.amazonaws.com/offers/v1.0/aws/AmazonEC2/20261101000000/{}/index.csv', p.region)
        AS source_url,
    NULL::VARCHAR AS attributes, m.number % $moved = 0 AS moves
FROM (SELECT *, row_number() OVER (ORDER BY instance_type) AS number FROM machines) AS m, places AS p, ways AS w
WHERE w.share > 0 OR w.paid > 0;
