-- One row a plan and thing it covers, per hour (or other unit) of that thing. Of EC2 machines only plain
-- ones: an idle capacity reservation costs the same again, and SQL Server is not part of the machine.
WITH
-- https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/billing-info-fields.html
systems(operation, operating_system) AS (
    VALUES ('RunInstances', 'linux'), ('RunInstances:0002', 'windows'), ('RunInstances:0800', 'byol'),
           ('RunInstances:0010', 'rhel'), ('RunInstances:1010', 'rhel_ha'), ('RunInstances:000g', 'suse'),
           ('RunInstances:0g00', 'ubuntu_pro')
),
places(usage, tenancy) AS (VALUES ('BoxUsage', 'shared'), ('DedicatedUsage', 'dedicated'), ('HostUsage', 'host')),
plans(family, plan) AS (
    VALUES ('ComputeSavingsPlans', 'compute'), ('EC2InstanceSavingsPlans', 'ec2_instance'),
           ('SageMakerSavingsPlans', 'machine_learning'), ('MachineLearningSavingsPlans', 'machine_learning'),
           ('DatabaseSavingsPlans', 'database')
),
units(word, unit) AS (
    VALUES ('hrs', 'hour'), ('hours', 'hour'), ('hour', 'hour'), ('vcpu-hours', 'vcpu_hour'),
           ('vcpu-hour', 'vcpu_hour'), ('gb-hours', 'gb_hour'), ('gb-hour', 'gb_hour'),
           ('lambda-gb-second', 'gb_hour'), ('request', 'request'), ('requests', 'request')
),
rates AS (
    SELECT
        *,
        "DiscountedServiceCode" = 'AmazonEC2' AS is_ec2,
        regexp_extract("DiscountedUsageType", '(?:^|-)([A-Za-z]+):', 1) AS usage,
        CASE WHEN lower("Unit") LIKE '%gb-second%' THEN 3600 ELSE 1 END AS per_hour,
        coalesce(plan, lower("Product Family")) AS offering_class
    FROM listed
    SEMI JOIN chosen ON coalesce("DiscountedRegionCode", chosen.region) = chosen.region
    LEFT JOIN plans ON plans.family = listed."Product Family"
)
SELECT
    CASE WHEN "DiscountedServiceCode" = 'AmazonSageMaker' THEN 'ai'
         WHEN offering_class = 'database' THEN 'database'
         ELSE 'compute' END AS category,
    "DiscountedSKU" AS sku_id,
    concat(
        coalesce("DiscountedInstanceType", "DiscountedUsageType"),
        CASE WHEN is_ec2 THEN ' (' || operating_system || ')' END,
        CASE WHEN tenancy = 'host' THEN ' dedicated host' END,
        ', ', replace(offering_class, '_', ' '), ' savings plan'
    ) AS name,
    CASE WHEN is_ec2 OR regexp_matches("DiscountedInstanceType", '^(ml|db)\.') THEN "DiscountedInstanceType"
    END AS instance_type,
    operating_system,
    tenancy,
    'savings_plan' AS purchase_option,
    "LeaseContractLength"::INTEGER * CASE "LeaseContractLengthUnit" WHEN 'year' THEN 12 ELSE 1 END AS term_months,
    lower(replace("PurchaseOption", ' ', '_')) AS payment,
    offering_class,
    coalesce(units.unit, 'unit') AS unit,
    rates."Unit" AS unit_raw,
    "Currency" AS currency,
    ("DiscountedRate"::DECIMAL(20, 10) * per_hour)::DECIMAL(20, 10) AS price,
    "EffectiveDate"::TIMESTAMPTZ AS effective_from,
    json_merge_patch(
        '{}',
        json_object(
            'usage_type', "DiscountedUsageType", 'operation', "DiscountedOperation",
            'service', "DiscountedServiceCode", 'plan_sku', "SKU",
            'family', CASE WHEN offering_class = 'ec2_instance' THEN "Instance Family" END
        )
    )::VARCHAR AS attributes
FROM rates
LEFT JOIN systems ON is_ec2 AND systems.operation = rates."DiscountedOperation"
LEFT JOIN places ON is_ec2 AND places.usage = rates.usage
LEFT JOIN units ON units.word = lower(rates."Unit")
WHERE NOT is_ec2 OR (systems.operation IS NOT NULL AND places.usage IS NOT NULL)
