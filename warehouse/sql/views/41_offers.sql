-- Accelerators first, each together: what is asked most touches few blocks.
CREATE OR REPLACE TABLE offers AS
FROM offers_at('infinity'::TIMESTAMPTZ, now())
ORDER BY accelerator NULLS LAST, instance_type, provider, region, purchase_option, operating_system, price_id;
