-- The refused prices, each with a sentence that holds its figures.
INSERT INTO quarantine BY NAME
WITH
refused AS (
    SELECT s.*, r.reason, f.likely_price, f.row_number IS NOT NULL AS asked, o.on_demand, o.spot_ratio,
           m.previous_price, m.move_percent
    FROM staged_prices AS s
    JOIN refusals AS r ON r.staged = 'prices' AND r.row_number = s.row_number
    LEFT JOIN tenancy_findings AS f ON f.row_number = s.row_number
    LEFT JOIN spot_ratios AS o ON o.row_number = s.row_number
    LEFT JOIN moves AS m ON m.row_number = s.row_number
    QUALIFY $sample::BIGINT IS NULL
         OR row_number() OVER (PARTITION BY r.reason ORDER BY s.price_id, s.price) <= $sample::BIGINT
),
accepted AS (
    SELECT price_id FROM staged_prices
    WHERE row_number NOT IN (SELECT row_number FROM refusals WHERE staged = 'prices')
)
SELECT
    $batch_id AS batch_id,
    -- The batch does say something of a price that another of its rows states acceptably.
    CASE WHEN price_id NOT IN (SELECT price_id FROM accepted) THEN price_id END AS price_id,
    source, provider, service, instance_type, operating_system, region, purchase_option, price, currency, reason,
    CASE reason
        WHEN 'zero_price' THEN coalesce(
            'The list has no price for its '
                || nullif(array_to_string(json_extract_string(attributes, '$.missing[*]'), ', '), '')
                || ', and a machine is not sold in part.',
            'The list says 0 ' || currency || ' per ' || unit || ': missing, not free.'
        )
        WHEN 'negative_price' THEN 'The price ' || plain(price)
            || coalesce(' with the upfront ' || plain(upfront), '') || ' is below zero.'
        WHEN 'absurd_price' THEN plain(price) || ' ' || currency || ' per ' || unit || ' is above '
            || plain($ceilings[unit]) || ' USD, more than anything costs.'
        WHEN 'unknown_currency' THEN 'Add the line `' || currency || ',…` to data/reference/fx_rates.csv.'
        WHEN 'unknown_region' THEN 'Add the line `' || provider || ',' || region
            || ',…` to data/reference/regions.csv.'
        WHEN 'unknown_unit' THEN 'The unit ' || unit || ' is not in the vocabulary.'
        WHEN 'unknown_category' THEN 'The category ' || category || ' is not in the vocabulary.'
        WHEN 'unknown_purchase_option' THEN 'The purchase option ' || purchase_option
            || ' is not in the vocabulary.'
        WHEN 'unknown_price_type' THEN 'The price type ' || price_type || ' is not in the vocabulary.'
        WHEN 'unknown_payment' THEN 'The payment ' || payment || ' is not in the vocabulary.'
        WHEN 'unknown_tenancy' THEN 'The tenancy ' || tenancy || ' is not in the vocabulary.'
        WHEN 'unknown_operating_system' THEN 'The operating system ' || operating_system
            || ' is not in the vocabulary.'
        WHEN 'missing_sku' THEN 'The SKU id is empty.'
        WHEN 'missing_kind' THEN 'A token price must say of which tokens: attributes.kind is missing.'
        WHEN 'missing_term' THEN 'A ' || purchase_option
            || ' price must say for how many months it binds; this says '
            || coalesce(term_months::VARCHAR, 'nothing') || '.'
        WHEN 'bad_tier' THEN 'The tier ends at ' || plain(tier_to) || ', not above its start, '
            || plain(tier_from) || '.'
        WHEN 'repeated_row' THEN 'The batch holds this price, ' || plain(price)
            || ', more than once; one is kept.'
        WHEN 'duplicate_key' THEN 'The batch holds several prices of this one thing; this one says '
            || plain(price) || '.'
        WHEN 'spot_above_on_demand' THEN 'The spot price ' || plain(price) || ' is ' || round(spot_ratio, 2)
            || ' times the on-demand price ' || plain(on_demand) || '.'
        WHEN 'moved' THEN 'The price moved by ' || printf('%+.1f', move_percent) || '%, from '
            || plain(previous_price) || ' to ' || plain(price)
            || '; a second batch that says the same will be believed.'
        WHEN 'below_linux' THEN 'The ' || operating_system || ' price ' || plain(price)
            || ' is below the Linux price of the machine: a licence fee alone.'
        WHEN 'equals_linux_byol' THEN 'The ' || operating_system || ' price ' || plain(price)
            || ' is the Linux price of the machine: bring your own licence.'
        WHEN 'equals_dedicated_byol' THEN 'The ' || operating_system || ' price ' || plain(price)
            || ' is the dedicated-tenancy Linux price of the machine: bring your own licence.'
        WHEN 'unverifiable' THEN 'Nothing else in the list says whether ' || plain(price)
            || ' is the price of a shared or a dedicated machine.'
        WHEN 'inconsistent' THEN plain(price)
            || ' fits neither the shared nor the dedicated price that the rest of the list implies.'
        ELSE 'Refused as ' || reason || ' at ' || plain(price) || '.'
    END || coalesce(' The shared price is likely ' || plain(likely_price) || '.', '') AS detail,
    likely_price,
    coalesce($hashes[list_position($urls, source_url)], $hashes[1]) AS payload_sha256,
    $as_of AS as_of,
    json_merge_patch(row_json, CASE WHEN asked THEN '{"row_number": null, "tenancy": null}'
                                    ELSE '{"row_number": null}' END) AS row_json
FROM refused
JOIN (
    SELECT row_number, to_json(s) AS row_json
    FROM (SELECT * EXCLUDE (price_id) FROM staged_prices SEMI JOIN refused USING (row_number)) AS s
) USING (row_number);
