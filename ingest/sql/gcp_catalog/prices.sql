-- The SKUs themselves. Cores and memory are no machines: they carry no instance type.
SELECT
    CASE
        WHEN $service = 'Cloud SQL' THEN 'database'
        WHEN resource_family = 'Compute' THEN 'compute'
        WHEN resource_family = 'Storage' THEN 'storage'
        WHEN resource_family = 'Network' THEN 'network'
        ELSE 'other'
    END AS category,
    sku_id,
    description AS name,
    CASE WHEN class = 'sole tenancy' THEN 'host' ELSE 'shared' END AS tenancy,
    region,
    purchase_option,
    term_months,
    tier_from,
    tier_to,
    CASE usage_unit
        WHEN 'h' THEN CASE
            WHEN resource_group = 'CPU' OR ends_with(resource_group, 'InstancesCPU')
                OR (resource_group = 'N1Standard' AND component = 'n1 predefined instance core')
                OR contains(description, '(CPU cost)') THEN 'vcpu_hour'
            ELSE 'hour'
        END
        WHEN 'GiBy.h' THEN CASE resource_family WHEN 'Storage' THEN 'gb_hour' ELSE 'gib_hour' END
        WHEN 'GiBy.mo' THEN 'gb_month'
        WHEN 'GBy.mo' THEN 'gb_month'
        WHEN 'GiBy' THEN 'gb'
        WHEN 'GBy' THEN 'gb'
        WHEN 'mo' THEN CASE WHEN contains(description, 'IOPS') THEN 'iops_month' ELSE 'unit' END
        WHEN 'count' THEN CASE
            WHEN regexp_matches(resource_group || ' ' || description, '(?i)ops\b|operations|requests')
                THEN 'request'
            ELSE 'unit'
        END
        ELSE 'unit'
    END AS unit,
    coalesce(usage_unit, '') AS unit_raw,
    currency,
    price,
    json_merge_patch(
        json_object('group', resource_group, 'usage', usage_type, 'class', class),
        -- Data coming in costs nothing, and so may the first units of what is sold.
        CASE WHEN price = 0 AND (sold OR ends_with(resource_group, 'Ingress'))
             THEN '{"free_tier": true}' ELSE '{}' END
    )::VARCHAR AS attributes,
    payload_url AS source_url
FROM listed
WHERE $regions::VARCHAR[] IS NULL OR list_contains($regions::VARCHAR[], region)
