-- EC2 machines and dedicated hosts. A plain machine is in use (CapacityStatus Used: the other rows price
-- a capacity reservation that is idle, or filled, which costs nothing more), on demand or reserved
-- (MarketOption and the operation :CB tell capacity blocks), with nothing but its operating system. What
-- has SQL Server in it, or a licence of yours under another system than Windows, is a product of its own:
-- category `other`, so that it never stands for the plain machine. A machine on a dedicated host costs
-- the host; a licence may come on top, which is `other` too.
WITH
systems(word, operating_system) AS (
    VALUES ('Linux', 'linux'), ('Windows', 'windows'), ('RHEL', 'rhel'),
           ('Red Hat Enterprise Linux with HA', 'rhel_ha'), ('SUSE', 'suse'), ('Ubuntu Pro', 'ubuntu_pro')
),
machines AS (
    SELECT
        *,
        "Product Family" = 'Dedicated Host' AS is_host,
        coalesce("Pre Installed S/W", 'NA') <> 'NA' AS has_software,
        "License Model" = 'Bring your own license' AS own_licence,
        money("PricePerUnit") AS price
    FROM bought
    WHERE is_machine
      AND ("Product Family" = 'Dedicated Host' OR "CapacityStatus" = 'Used')
      AND coalesce("MarketOption", 'OnDemand') = 'OnDemand'
      AND coalesce("operation", '') NOT LIKE '%:CB'
),
named AS (
    SELECT
        machines.*,
        coalesce(systems.operating_system, lower("Operating System")) AS system,
        own_licence AND "Operating System" = 'Windows' AND NOT has_software AS byol,
        is_host OR ("Tenancy" <> 'Host' AND NOT has_software
                    AND (NOT own_licence OR "Operating System" = 'Windows')) AS plain
    FROM machines
    LEFT JOIN systems ON systems.word = machines."Operating System"
    WHERE is_host OR "Tenancy" <> 'Host' OR price > 0
)
SELECT
    CASE WHEN plain THEN 'compute' ELSE 'other' END AS category,
    "SKU" AS sku_id,
    concat(
        "Instance Type", ' (', CASE WHEN byol THEN 'Windows, own licence' ELSE system END,
        CASE WHEN has_software THEN ' with ' || "Pre Installed S/W" END,
        CASE WHEN own_licence AND NOT byol THEN ', own licence' END, ')',
        CASE WHEN is_host THEN ' dedicated host' END
    ) AS name,
    "Instance Type" AS instance_type,
    CASE WHEN byol THEN 'byol' ELSE system END AS operating_system,
    CASE WHEN is_host OR "Tenancy" = 'Host' THEN 'host' ELSE lower("Tenancy") END AS tenancy,
    CASE WHEN "TermType" = 'Reserved' THEN 'reserved' ELSE 'on_demand' END AS purchase_option,
    regexp_extract("LeaseContractLength", '^\d+')::INTEGER * 12 AS term_months,
    lower(replace("PurchaseOption", ' ', '_')) AS payment,
    lower("OfferingClass") AS offering_class,
    CASE WHEN "Unit" = 'Hrs' THEN 'hour' ELSE 'unit' END AS unit,
    "Unit" AS unit_raw,
    "Currency" AS currency,
    price,
    upfront,
    '{"usage_type":"' || "usageType" || '","operation":"' || coalesce("operation", '')
        || CASE WHEN has_software THEN '","pre_installed":"' || "Pre Installed S/W" ELSE '' END
        || CASE WHEN own_licence THEN '","licence":"own' ELSE '' END || '"}' AS attributes
FROM named
