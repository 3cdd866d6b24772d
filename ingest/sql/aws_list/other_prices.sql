-- Everything that is not an EC2 machine, one row a SKU, way of buying and tier. Where AWS writes a price
-- of zero out in words ("$0.00 per GB …") it does not charge; a bare zero is left to the gate.
WITH
units(word, unit) AS (
    VALUES ('hrs', 'hour'), ('hours', 'hour'), ('hour', 'hour'), ('hr', 'hour'),
           ('vcpu-hours', 'vcpu_hour'), ('vcpu-hour', 'vcpu_hour'), ('vcpu-hr', 'vcpu_hour'),
           ('gb-mo', 'gb_month'), ('gb-month', 'gb_month'), ('gb', 'gb'), ('gigabytes', 'gb'),
           ('gb-hours', 'gb_hour'), ('gb-hour', 'gb_hour'), ('iops-mo', 'iops_month'),
           ('requests', 'request'), ('request', 'request'), ('api requests', 'request'), ('api calls', 'request'),
           ('ios', 'request'),
           ('lambda-gb-second', 'gb_hour'), ('gb-second', 'gb_hour'), ('gb-seconds', 'gb_hour')
),
services(service, category) AS (
    VALUES ('AmazonEC2', 'other'), ('AmazonRDS', 'database'), ('AmazonElastiCache', 'database'),
           ('AmazonDynamoDB', 'database'), ('AmazonRedshift', 'database'), ('AmazonDocDB', 'database'),
           ('AmazonNeptune', 'database'), ('AmazonMemoryDB', 'database'), ('AmazonS3', 'storage'),
           ('AmazonS3GlacierDeepArchive', 'storage'), ('AmazonGlacier', 'storage'), ('AmazonEFS', 'storage'),
           ('AmazonFSx', 'storage'), ('AWSDataTransfer', 'network'), ('AmazonVPC', 'network'),
           ('AWSELB', 'network'), ('AmazonCloudFront', 'network'), ('AmazonRoute53', 'network'),
           ('AWSLambda', 'compute'), ('AmazonSageMaker', 'ai'), ('AmazonBedrock', 'ai')
),
facts AS (
    SELECT
        *,
        coalesce("Instance Name", "Instance Type") AS machine,
        money("PricePerUnit") AS listed_price,
        coalesce("StartingRange", '0') AS tier_start,
        -- Lambda's tiers begin at billions of GB-seconds, more than the contract's numbers hold.
        CASE WHEN lower("Unit") LIKE '%gb-second%' THEN 3600 ELSE 1 END AS per_hour,
        nullif(nullif("License Model", 'No license required'), 'NA') AS licence,
        "TermType" <> 'Reserved' AND regexp_matches("PriceDescription", '^(USD |\$)?0(\.0+)?[ /]') AS said_free
    FROM bought
    WHERE NOT is_machine
),
-- A tier of more than ten digits does not fit the contract.
fitting AS (
    SELECT *, CASE per_hour WHEN 1 THEN 10 ELSE 13 END AS digits
    FROM facts
    WHERE length(split_part(tier_start, '.', 1)) <= digits
)
SELECT
    CASE
        WHEN "Transfer Type" IS NOT NULL OR "Product Family" = 'Data Transfer' THEN 'network'
        WHEN $service = 'AmazonEC2' AND contains("usageType", 'EBS:') THEN 'storage'
        WHEN $service = 'AmazonEC2' AND regexp_matches("Product Family", 'NAT Gateway|Load Balancer|IP Address')
            THEN 'network'
        WHEN $service = 'AmazonEC2' AND "Product Family" = 'CPU Credits' THEN 'compute'
        ELSE coalesce(services.category, 'other')
    END AS category,
    "SKU" AS sku_id,
    CASE
        WHEN machine IS NOT NULL THEN concat(
            machine, ' (',
            concat_ws(', ', coalesce("Database Engine", "Component", "Group", "usageType"), "Database Edition",
                      "Deployment Option", licence),
            ')'
        )
        ELSE coalesce(
            nullif(regexp_replace("PriceDescription", '^(USD |\$)?[\d.,]+ ?(per|for|/) ?', ''), ''), "usageType"
        )
    END AS name,
    machine AS instance_type,
    CASE WHEN "TermType" = 'Reserved' THEN 'reserved' ELSE 'on_demand' END AS purchase_option,
    regexp_extract("LeaseContractLength", '^\d+')::INTEGER * 12 AS term_months,
    lower(replace("PurchaseOption", ' ', '_')) AS payment,
    lower("OfferingClass") AS offering_class,
    CASE per_hour WHEN 1 THEN tier_start::DECIMAL(20, 10)
         ELSE round(tier_start::DECIMAL(38, 10) / per_hour, 4)::DECIMAL(20, 10) END AS tier_from,
    CASE
        WHEN "EndingRange" = 'Inf' OR length(split_part("EndingRange", '.', 1)) > digits THEN NULL
        WHEN per_hour = 1 THEN "EndingRange"::DECIMAL(20, 10)
        ELSE round("EndingRange"::DECIMAL(38, 10) / per_hour, 4)::DECIMAL(20, 10)
    END AS tier_to,
    coalesce(units.unit, 'unit') AS unit,
    fitting."Unit" AS unit_raw,
    "Currency" AS currency,
    (listed_price * per_hour)::DECIMAL(20, 10) AS price,
    upfront,
    json_merge_patch(
        '{}',
        json_object(
            'usage_type', "usageType", 'operation', "operation", 'product_family', "Product Family",
            'group', "Group", 'volume', coalesce("Volume API Name", "Volume Type"),
            'storage_class', "Storage Class", 'engine', "Database Engine", 'edition', "Database Edition",
            'deployment', "Deployment Option", 'licence', licence, 'component', "Component",
            'transfer', "Transfer Type", 'from', coalesce("From Region Code", "From Location"),
            'to', coalesce("To Region Code", "To Location"),
            'free_tier', CASE WHEN listed_price = 0 AND said_free THEN true END
        )
    )::VARCHAR AS attributes
FROM fitting
LEFT JOIN units ON units.word = lower(fitting."Unit")
LEFT JOIN services ON services.service = $service
