-- List prices that changed from $since until $until, told by one source each. With $grouped, equal changes in several
-- regions are one line, and `regions` counts them. `found`, `fell` and `rose` count prices, `lines` what could be shown.
WITH
wanted AS (
    SELECT
        c.* REPLACE (
            (c.old_price + coalesce(c.old_upfront / (c.term_months * 730), 0))::DECIMAL(20, 10) AS old_price,
            (c.new_price + coalesce(c.new_upfront / (c.term_months * 730), 0))::DECIMAL(20, 10) AS new_price
        ),
        k.attributes ->> 'kind' AS kind, k.tier_from, b.as_of
    FROM price_changes AS c
    JOIN price_keys AS k USING (price_id)
    JOIN batches AS b USING (batch_id)
    JOIN sources AS s ON s.source = c.source
    WHERE
        c.price_type = 'list'
        AND ($since::TIMESTAMPTZ IS NULL OR c.changed_at >= $since::TIMESTAMPTZ)
        AND ($until::TIMESTAMPTZ IS NULL OR c.changed_at < $until::TIMESTAMPTZ)
        AND ($machines::VARCHAR[] IS NULL OR list_contains($machines::VARCHAR[], c.instance_type))
        AND (
            $accelerators::VARCHAR[] IS NULL OR (c.provider, c.instance_type) IN (
                SELECT (i.provider, i.instance_type)
                FROM instance_types AS i
                WHERE list_contains($accelerators::VARCHAR[], i.accelerator)
            )
        )
        AND ($providers::VARCHAR[] IS NULL OR list_contains($providers::VARCHAR[], c.provider))
        AND ($not_providers::VARCHAR[] IS NULL OR NOT list_contains($not_providers::VARCHAR[], c.provider))
        AND ($regions::VARCHAR[] IS NULL OR list_contains($regions::VARCHAR[], c.provider || '/' || c.region))
        AND ($purchase_options::VARCHAR[] IS NULL OR list_contains($purchase_options::VARCHAR[], c.purchase_option))
        AND ($direction::VARCHAR IS NULL OR (c.change_percent > 0) = ($direction::VARCHAR = 'up'))
        AND abs(c.change_percent) >= $min_percent::DOUBLE
    QUALIFY rank() OVER (
        PARTITION BY
            c.provider, coalesce(c.instance_type, c.name), c.operating_system, c.tenancy, c.region, c.purchase_option, c.currency
        ORDER BY s.source_rank, c.source
    ) = 1
),
lines AS (
    SELECT
        provider, instance_type, name, kind, tier_from, operating_system, tenancy, purchase_option, term_months, payment,
        offering_class, unit, currency, old_price, new_price, change_percent, changed_at, source,
        CASE WHEN $grouped::BOOLEAN THEN '' ELSE price_id::VARCHAR END AS line,
        min(price_id::VARCHAR) AS price_id, min(region) AS region, count(DISTINCT region) AS regions, count(*) AS prices,
        list(DISTINCT region ORDER BY region) AS region_codes, min(zone) AS zone, min(old_valid_from) AS old_valid_from,
        min(effective_from) AS effective_from, max(observed_at) AS observed_at, min(first_seen) AS first_seen,
        max(last_seen) AS last_seen, min(as_of) AS as_of, min(source_url) AS source_url, min(snapshot) AS snapshot
    FROM wanted
    GROUP BY ALL
)
SELECT
    l.* EXCLUDE (line),
    (SELECT count(*) FROM wanted) AS found,
    (SELECT count(*) FROM wanted WHERE change_percent < 0) AS fell,
    (SELECT count(*) FROM wanted WHERE change_percent > 0) AS rose,
    (SELECT count(*) FROM lines) AS lines
FROM lines AS l
ORDER BY
    CASE WHEN $sort::VARCHAR = 'date' THEN changed_at END DESC, abs(change_percent) DESC, prices DESC, provider,
    coalesce(instance_type, name), kind, operating_system, purchase_option, region, l.price_id
LIMIT $rows::INTEGER;
