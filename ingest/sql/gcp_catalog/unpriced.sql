-- Machines with no price at all, and prices that lack a part, each counted by family.
WITH states AS (
    SELECT
        needs.family, needs.instance_type,
        count(prices.price) AS prices,
        count(*) FILTER (prices.price = 0) AS incomplete
    FROM (SELECT DISTINCT family, instance_type FROM needs) AS needs
    LEFT JOIN machine_prices AS prices USING (instance_type)
    GROUP BY ALL
),
families AS (
    SELECT
        family,
        count(*) FILTER (prices = 0) AS machines,
        sum(incomplete)::BIGINT AS incomplete
    FROM states
    GROUP BY family
)
SELECT
    coalesce(map_from_entries(list((family, machines) ORDER BY family) FILTER (machines > 0)), map()) AS machines,
    coalesce(map_from_entries(list((family, incomplete) ORDER BY family) FILTER (incomplete > 0)), map())
        AS incomplete_prices
FROM families
