-- The rows of the scope's own region, without what is installed on the customer's own premises. Files of
-- some services (data transfer) have no region in their rows: they are about the region of the file.
-- EBS-optimisation fees are listed as machines of no operating system; they are not machines.
CREATE TEMP VIEW offer AS
SELECT
    *,
    "serviceCode" = 'AmazonEC2' AND coalesce("Operating System", 'NA') <> 'NA' AND "Instance Type" IS NOT NULL
        AND "Product Family" IN ('Compute Instance', 'Compute Instance (bare metal)', 'Dedicated Host')
        AS is_machine
FROM listed
SEMI JOIN chosen ON coalesce(listed."Region Code", chosen.region) = chosen.region
WHERE coalesce("Location Type", 'AWS Region') <> 'AWS Outposts'
