-- A machine costs the sum of its parts. Where one of them has no price, the machine has none: it comes
-- at zero and says what is missing, so that the gate refuses it with that reason. A local SSD is sold
-- everywhere and alone shows no machine. The premium of M2 is charged in full under commitments too.
WITH offered AS (
    SELECT
        needs.instance_type, needs.part,
        rates.* EXCLUDE (component, region_count)
    FROM (SELECT * EXCLUDE (components), unnest(components) AS component FROM needs) AS needs
    JOIN rates USING (component, unit)
    QUALIFY row_number() OVER (
        PARTITION BY instance_type, part, purchase_option, term_months, region, currency
        ORDER BY region_count > 1, rate DESC, sku_id
    ) = 1
),
not_sold AS (
    SELECT DISTINCT needs.instance_type, gcp_not_sold.purchase_option
    FROM needs
    JOIN gcp_not_sold ON needs.instance_type LIKE gcp_not_sold.machines
),
grid AS (
    SELECT DISTINCT instance_type, purchase_option, term_months, region, currency
    FROM offered
    ANTI JOIN not_sold USING (instance_type, purchase_option)
    WHERE part NOT IN ('local_ssd', 'core_premium', 'ram_premium')
      AND purchase_option IN ('on_demand', 'spot', 'commitment')
),
wanted AS (
    SELECT
        grid.*, needs.part, needs.quantity, needs.unit,
        CASE WHEN ends_with(part, '_premium') THEN 'on_demand' ELSE purchase_option END AS bought,
        CASE WHEN NOT ends_with(part, '_premium') THEN term_months END AS bound
    FROM grid
    JOIN needs USING (instance_type)
),
filled AS (
    SELECT
        wanted.*, offered.sku_id, offered.description, offered.rate,
        CASE wanted.unit
            WHEN 'gib_month' THEN (offered.rate * wanted.quantity / 730)::DECIMAL(32, 14)
            ELSE offered.rate * wanted.quantity
        END AS cost
    FROM wanted
    LEFT JOIN offered
        ON offered.instance_type = wanted.instance_type AND offered.part = wanted.part
        AND offered.region = wanted.region AND offered.currency = wanted.currency
        AND offered.purchase_option = wanted.bought
        AND offered.term_months IS NOT DISTINCT FROM wanted.bound
)
SELECT
    'compute' AS category,
    'machine/' || instance_type AS sku_id,
    instance_type || ' (linux)' AS name,
    instance_type,
    'linux' AS operating_system,
    'shared' AS tenancy,
    region,
    purchase_option,
    term_months,
    0 AS tier_from,
    'hour' AS unit,
    'hour' AS unit_raw,
    currency,
    CASE WHEN count(cost) = count(*) THEN round(sum(cost), 10) ELSE 0 END::DECIMAL(20, 10) AS price,
    json_merge_patch(
        json_object('components', list(
            json_object(
                'sku', sku_id, 'description', description, 'rate', rate, 'quantity', quantity, 'unit', unit
            )
            ORDER BY part
        ) FILTER (cost IS NOT NULL)),
        CASE WHEN count(cost) = count(*) THEN '{}'
             ELSE json_object('missing', list(part ORDER BY part) FILTER (cost IS NULL)) END
    )::VARCHAR AS attributes
FROM filled
GROUP BY instance_type, region, purchase_option, term_months, currency
