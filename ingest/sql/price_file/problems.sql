-- At most one problem a row, the first that a reader would meet.
WITH checked AS (
    SELECT row_number, CASE
        WHEN provider IS NULL THEN ['provider', 'is empty', 'Fill it, or give it as a constant in the mapping']
        WHEN sku_id IS NULL THEN ['sku_id', 'is empty and so is instance_type', 'Fill one of the two']
        WHEN region IS NULL THEN ['region', 'is empty', 'Fill it, or give it as a constant; use global where there is none']
        WHEN price IS NULL THEN ['price', 'is empty', 'Fill it, or remove the row']
        WHEN TRY_CAST(price AS DECIMAL(20, 10)) IS NULL THEN
            ['price', price || ' is not a number', 'Write it without currency signs, and set decimal in the mapping if it uses a comma']
        WHEN TRY_CAST(price AS DECIMAL(20, 10)) < 0 THEN ['price', price || ' is negative', 'Write discounts in a .discounts.csv file']
        WHEN upfront IS NOT NULL AND TRY_CAST(upfront AS DECIMAL(20, 10)) IS NULL THEN
            ['upfront', upfront || ' is not a number', 'Correct it']
        WHEN TRY_CAST(tier_from AS DECIMAL(20, 10)) IS NULL THEN ['tier_from', tier_from || ' is not a number', 'Correct it']
        WHEN tier_to IS NOT NULL AND TRY_CAST(tier_to AS DECIMAL(20, 10)) IS NULL THEN
            ['tier_to', tier_to || ' is not a number', 'Correct it']
        WHEN currency IS NULL THEN ['currency', 'is empty', 'Fill it, or give it as a constant in the mapping']
        WHEN NOT regexp_full_match(currency, '[A-Z]{3}') THEN
            ['currency', currency || ' is not a currency code', 'Use an ISO code such as USD, EUR or BRL']
        WHEN unit_raw IS NULL THEN ['unit', 'is empty', 'Fill it, or give it as a constant in the mapping']
        WHEN unit IS NULL THEN ['unit', unit_raw || ' is not a known unit', 'Use hour, gb_month, gb, request, million_tokens or unit']
        WHEN category NOT IN ('compute', 'storage', 'network', 'database', 'ai', 'other') THEN
            ['category', category || ' is not known', 'Use compute, storage, network, database, ai or other']
        WHEN purchase_option NOT IN ('on_demand', 'spot', 'reserved', 'savings_plan', 'commitment') THEN
            ['purchase_option', purchase_option || ' is not known', 'Use on_demand, spot, reserved, savings_plan or commitment']
        WHEN tenancy NOT IN ('shared', 'dedicated', 'host') THEN
            ['tenancy', tenancy || ' is not known', 'Use shared, dedicated or host']
        WHEN payment NOT IN ('no_upfront', 'partial_upfront', 'all_upfront') THEN
            ['payment', payment || ' is not known', 'Use no_upfront, partial_upfront or all_upfront']
        WHEN operating_system NOT IN ('linux', 'windows', 'rhel', 'rhel_ha', 'suse', 'ubuntu_pro', 'sles_sap', 'byol') THEN
            ['operating_system', operating_system || ' is not known',
             'Use linux, windows, rhel, rhel_ha, suse, ubuntu_pro, sles_sap or byol']
        WHEN term_months IS NOT NULL AND TRY_CAST(term_months AS INTEGER) IS NULL THEN
            ['term_months', term_months || ' is not a number of months', 'Write 12 or 36']
        WHEN effective_from IS NOT NULL AND TRY_CAST(effective_from AS TIMESTAMPTZ) IS NULL THEN
            ['effective_from', effective_from || ' is not a time', 'Write it as 2026-11-01']
        WHEN count(*) OVER same > 1 THEN
            ['sku_id', sku_id || ' is priced more than once for the same place and way of buying',
             'Keep one row, or tell them apart by a column of the contract']
    END AS problem
    FROM rows
    WINDOW same AS (
        PARTITION BY provider, sku_id, instance_type, operating_system, tenancy, region, zone, purchase_option,
                     term_months, payment, offering_class, tier_from, unit, currency
    )
)
SELECT row_number, problem[1] AS column_name, problem[2] AS problem, problem[3] AS fix
FROM checked
WHERE problem IS NOT NULL
ORDER BY row_number
