-- Regions where something is offered. Those apart are not open to everybody.
CREATE OR REPLACE TEMP TABLE known_regions AS
SELECT
    o.provider, o.region, r.name, r.city, r.city_pt, coalesce(r.country, o.country) AS country,
    concat_ws('|', r.aliases, r.synonyms_en, r.synonyms_pt) AS further,
    coalesce(r.kind = 'government', false) OR (coalesce(r.country, '') = 'CN' AND o.provider IN ('aws', 'azure')) AS apart
FROM (
    SELECT provider, region, any_value(country) AS country
    FROM (
        SELECT DISTINCT provider, region, country FROM newer.offers
        UNION ALL
        SELECT DISTINCT provider, region, country FROM older.offers
    )
    GROUP BY ALL
) AS o
LEFT JOIN newer.regions AS r USING (provider, region);
