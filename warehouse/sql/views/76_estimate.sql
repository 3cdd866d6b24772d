-- The line items of a basket for a month: a list of structs, or the same as JSON. A line is a machine (machine,
-- count, hours and how it is bought), a thing of `service_prices` (item, quantity) or tokens (model, token_kind,
-- quantity). A machine without a region is taken where it is cheapest; one that is committed to is paid for every hour
-- of the month; of several commitments the shortest counts, then the cheapest. What has no price keeps its row, with a problem.
CREATE OR REPLACE MACRO estimate(basket) AS TABLE
WITH
lines AS (
    SELECT
        line,
        from_json(
            given,
            '{"machine": "VARCHAR", "item": "VARCHAR", "model": "VARCHAR", "provider": "VARCHAR",
              "region": "VARCHAR", "count": "DECIMAL(20, 6)", "hours": "DECIMAL(20, 6)", "quantity": "DECIMAL(20, 6)",
              "token_kind": "VARCHAR", "operating_system": "VARCHAR", "tenancy": "VARCHAR", "purchase_option": "VARCHAR",
              "term_months": "INTEGER", "payment": "VARCHAR", "offering_class": "VARCHAR"}'
        ) AS g,
        list_filter(
            json_keys(given),
            lambda k: NOT list_contains(
                ['machine', 'item', 'model', 'provider', 'region', 'count', 'hours', 'quantity', 'token_kind',
                 'operating_system', 'tenancy', 'purchase_option', 'term_months', 'payment', 'offering_class'], k
            )
        ) AS unknown
    FROM (
        SELECT unnest(every) AS given, generate_subscripts(every, 1) AS line
        FROM (SELECT from_json(to_json(basket), '["JSON"]') AS every)
    )
),
asked AS (
    SELECT
        line, unknown, g.machine, g.item, g.model, g.provider, g.region, g.term_months, g.payment, g.offering_class,
        coalesce(g.operating_system, 'linux') AS operating_system,
        coalesce(g.tenancy, 'shared') AS tenancy,
        coalesce(g.purchase_option, 'on_demand') AS purchase_option,
        coalesce(g.token_kind, 'input') AS token_kind,
        CASE
            WHEN g.machine IS NULL AND g.model IS NOT NULL THEN (g.quantity / 1000000)::DECIMAL(20, 6)
            WHEN g.machine IS NULL THEN g.quantity
            WHEN coalesce(g.purchase_option, 'on_demand') IN ('on_demand', 'spot')
                THEN (coalesce(g.count, 1) * coalesce(g.hours, 730))::DECIMAL(20, 6)
            ELSE (coalesce(g.count, 1) * greatest(coalesce(g.hours, 730), 730))::DECIMAL(20, 6)
        END AS quantity
    FROM lines
),
machines AS (
    SELECT
        a.line, 'machine' AS kind, a.quantity, 'hour' AS unit, NULL::DECIMAL(20, 6) AS tier_from, NULL::DECIMAL(20, 6) AS tier_to,
        o.provider, o.region, o.purchase_option, o.term_months, o.payment, o.offering_class, o.upfront,
        o.price_hour AS unit_price, o.currency, o.price_usd_hour AS unit_price_usd,
        o.price_id, o.source, o.source_url, o.as_of, o.confirmed_at, o.stale
    FROM asked AS a
    JOIN offers AS o
        ON o.instance_type = a.machine AND o.operating_system = a.operating_system
        AND coalesce(o.tenancy, 'shared') = a.tenancy AND o.purchase_option = a.purchase_option
    WHERE
        o.price_type = 'list'
        AND (a.provider IS NULL OR o.provider = a.provider)
        AND (a.region IS NULL OR o.region = a.region)
        AND (a.term_months IS NULL OR o.term_months = a.term_months)
        AND (a.payment IS NULL OR o.payment = a.payment)
        AND (a.offering_class IS NULL OR o.offering_class = a.offering_class)
    QUALIFY row_number() OVER (
        PARTITION BY a.line
        ORDER BY o.term_months NULLS FIRST, o.price_usd_hour NULLS LAST, o.provider, o.region, o.price_id
    ) = 1
),
things AS (
    SELECT
        a.line, s.kind, tier_quantity(a.quantity, s.tier_from, s.tier_to) AS quantity, s.unit, s.tier_from, s.tier_to,
        s.provider, s.region, 'on_demand' AS purchase_option, NULL::INTEGER AS term_months, NULL AS payment,
        NULL AS offering_class, NULL::DECIMAL(20, 10) AS upfront, s.price AS unit_price, s.currency,
        s.price_usd AS unit_price_usd, s.price_id, s.source, s.source_url, s.as_of, s.confirmed_at, s.stale
    FROM asked AS a
    JOIN service_prices AS s ON s.item = a.item AND s.region = a.region
    WHERE (a.provider IS NULL OR s.provider = a.provider) AND tier_quantity(a.quantity, s.tier_from, s.tier_to) > 0
),
tokens AS (
    SELECT
        a.line, a.token_kind AS kind, a.quantity, 'million_tokens' AS unit, NULL::DECIMAL(20, 6) AS tier_from,
        NULL::DECIMAL(20, 6) AS tier_to, t.provider, t.region, 'on_demand' AS purchase_option,
        NULL::INTEGER AS term_months, NULL AS payment, NULL AS offering_class, NULL::DECIMAL(20, 10) AS upfront,
        t.price_usd_million_tokens AS unit_price, 'USD' AS currency, t.price_usd_million_tokens AS unit_price_usd,
        t.price_id, t.source, t.source_url, t.as_of, t.confirmed_at, t.stale
    FROM asked AS a
    JOIN token_prices AS t ON t.model = a.model
    WHERE
        t.price_type = 'list' AND t.tier_from = 0
        AND (a.provider IS NULL OR t.provider = a.provider)
        -- A price list without a rate for cached tokens charges them as input.
        AND (t.kind = a.token_kind OR (a.token_kind = 'cached_input' AND t.kind = 'input'))
        AND t.region = coalesce(a.region, t.region)
    QUALIFY row_number() OVER (
        PARTITION BY a.line
        ORDER BY t.kind <> a.token_kind, t.region <> 'global', t.price_usd_million_tokens, t.provider, t.region, t.price_id
    ) = 1
),
priced AS (
    SELECT * FROM machines
    UNION ALL BY NAME
    SELECT * FROM things
    UNION ALL BY NAME
    SELECT * FROM tokens
),
-- What no price covers is left, and said.
left_over AS (
    SELECT
        a.line,
        CASE WHEN a.machine IS NOT NULL THEN 'machine' WHEN a.model IS NOT NULL THEN a.token_kind END AS kind,
        (a.quantity - coalesce(c.quantity, 0))::DECIMAL(20, 6) AS quantity,
        a.provider, a.region, a.purchase_option, a.term_months, a.payment, a.offering_class,
        CASE
            WHEN len(a.unknown) > 0 THEN 'unknown field: ' || array_to_string(a.unknown, ', ')
            WHEN a.quantity IS NULL THEN 'no quantity'
            WHEN coalesce(a.machine, a.item, a.model) IS NULL THEN 'no machine, item or model'
            WHEN a.item IS NOT NULL AND a.region IS NULL THEN 'no region'
            WHEN c.line IS NOT NULL THEN 'no price for the rest'
            ELSE 'no price'
        END AS problem
    FROM asked AS a
    LEFT JOIN (SELECT line, sum(quantity) AS quantity FROM priced GROUP BY line) AS c USING (line)
    WHERE c.line IS NULL OR c.quantity <> a.quantity OR len(a.unknown) > 0
)
SELECT
    line,
    coalesce(a.machine, a.item, a.model) AS item,
    p.* EXCLUDE (line, unit_price_usd),
    p.quantity * p.unit_price AS amount,
    p.quantity * p.unit_price_usd AS amount_usd
FROM asked AS a
JOIN (SELECT * FROM priced UNION ALL BY NAME SELECT * FROM left_over) AS p USING (line)
ORDER BY line, p.tier_from, p.problem NULLS FIRST;
