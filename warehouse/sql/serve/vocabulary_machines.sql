-- One row a provider, so that the row cap never cuts the vocabulary.
SELECT
    provider,
    list(instance_type ORDER BY instance_type) AS names,
    list(family ORDER BY instance_type) AS families
FROM (
    SELECT provider, instance_type, any_value(family) AS family
    FROM (
        SELECT provider, instance_type, family FROM instance_types
        UNION ALL
        SELECT DISTINCT provider, instance_type, family FROM offers
    )
    GROUP BY provider, instance_type
)
GROUP BY provider
ORDER BY provider;
