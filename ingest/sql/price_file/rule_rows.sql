-- Discount rules with `*` turned into SQL's `%`; percent is negative for a discount.
SELECT
    row_number,
    coalesce(rule, $list || ' ' || row_number) AS rule,
    lower(replace(provider, '*', '%')) AS provider,
    replace(service, '*', '%') AS service,
    replace(region, '*', '%') AS region,
    replace(purchase_option, '*', '%') AS purchase_option,
    replace(instance_type, '*', '%') AS instance_type,
    trim(replace(percent, '%', '')) AS percent,
    valid_from,
    valid_to
FROM cells
