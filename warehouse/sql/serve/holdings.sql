-- Prices in force by provider and category, with the services and the number of machines or language models.
WITH
models AS (
    SELECT provider, count(DISTINCT model) AS models FROM token_prices GROUP BY provider
),
held AS (
    SELECT
        k.provider, k.category, count(*) AS prices, list(DISTINCT k.service ORDER BY k.service) AS services,
        count(DISTINCT k.instance_type) AS machines, min(k.source) AS source, min(k.source_url) AS source_url
    FROM open_spans AS s
    JOIN price_keys AS k USING (key_no)
    WHERE $providers::VARCHAR[] IS NULL OR list_contains($providers::VARCHAR[], k.provider)
    GROUP BY k.provider, k.category
)
SELECT
    h.provider, h.category, h.services, h.prices, h.machines,
    CASE WHEN h.category = 'ai' THEN m.models END AS models, h.source, h.source_url
FROM held AS h
LEFT JOIN models AS m USING (provider)
ORDER BY h.prices DESC, h.provider, h.category;
