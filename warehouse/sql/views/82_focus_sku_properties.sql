-- What a SKU Price is the price of, under the keys of FOCUS's SkuPriceDetails; keys of our own begin with x_, as
-- FOCUS asks. One row for each SkuPriceId of focus_sku_prices, whatever its currency, contract and dates.
CREATE OR REPLACE VIEW focus_sku_properties AS
WITH
parts(part) AS (VALUES ('recurring'), ('upfront')),
paid AS (
    SELECT
        price_id,
        bool_or(price > 0 OR coalesce(upfront, 0) = 0) AS recurring,
        coalesce(bool_or(upfront > 0), false) AS upfront
    FROM price_history
    GROUP BY price_id
),
points AS (
    SELECT
        focus_sku_price_id(
            k.source, k.service, k.sku_id, k.instance_type, k.operating_system, k.tenancy, k.region, k.zone,
            k.purchase_option, k.term_months, k.payment, k.offering_class, k.tier_from, k.unit, part
        ) AS "SkuPriceId",
        min(k.price_id) AS price_id
    FROM price_keys AS k
    JOIN paid ON paid.price_id = k.price_id
    CROSS JOIN parts
    WHERE CASE part WHEN 'upfront' THEN paid.upfront ELSE paid.recurring END
    GROUP BY 1
),
described AS (
    SELECT
        points."SkuPriceId",
        focus_service_provider(k.provider) AS "ServiceProviderName",
        k.sku_id AS "SkuId",
        nullif(k.region, 'global') AS "PricingRegionId",
        i.vcpus AS "CoreCount",
        round(i.local_storage_gb / 1.073741824, 3) AS "DiskSpace",
        i.accelerator_count AS "GpuCount",
        i.family AS "InstanceSeries",
        k.instance_type AS "InstanceType",
        i.memory_gib AS "MemorySize",
        i.network_gbps * 1000 AS "NetworkMaxThroughput",
        k.operating_system AS "OperatingSystem",
        i.architecture AS "x_Architecture",
        i.cpu_model AS "x_CpuModel",
        i.accelerator_memory_gib AS "x_GpuMemory",
        i.accelerator AS "x_GpuModel",
        k.attributes ->> 'model' AS "x_Model",
        k.tenancy AS "x_Tenancy",
        k.attributes ->> 'kind' AS "x_TokenKind"
    FROM points
    JOIN price_keys AS k ON k.price_id = points.price_id
    LEFT JOIN instance_types AS i ON i.provider = k.provider AND i.instance_type = k.instance_type
)
SELECT
    *,
    -- A merge patch leaves out what is null.
    json_merge_patch('{}'::JSON, to_json(struct_pack(
        "CoreCount" := "CoreCount", "DiskSpace" := "DiskSpace", "GpuCount" := "GpuCount",
        "InstanceSeries" := "InstanceSeries", "InstanceType" := "InstanceType", "MemorySize" := "MemorySize",
        "NetworkMaxThroughput" := "NetworkMaxThroughput", "OperatingSystem" := "OperatingSystem",
        "x_Architecture" := "x_Architecture", "x_CpuModel" := "x_CpuModel", "x_GpuMemory" := "x_GpuMemory",
        "x_GpuModel" := "x_GpuModel", "x_Model" := "x_Model", "x_Tenancy" := "x_Tenancy", "x_TokenKind" := "x_TokenKind"
    ))) AS "SkuPriceDetails"
FROM described;
