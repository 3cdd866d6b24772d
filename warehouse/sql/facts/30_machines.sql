-- The machines that have a card: those somebody offers, and those with an accelerator, because people
-- ask what is in them. A family is one of several names.
CREATE OR REPLACE TEMP TABLE card_machines AS
SELECT
    i.* REPLACE (nullif(nullif(i.family, i.instance_type), '') AS family),
    coalesce(a.vendor || ' ', '') || i.accelerator AS accelerator_name
FROM instance_types AS i
LEFT JOIN accelerators AS a USING (accelerator)
WHERE i.accelerator IS NOT NULL
   OR (i.provider, i.instance_type) IN (SELECT DISTINCT (provider, instance_type) FROM offers);
