-- What regions, cities, countries and geographies are called, and the regions that lie in them.
CREATE OR REPLACE TEMP TABLE known_places AS
WITH
countries AS (
    SELECT country, unnest(string_split(concat_ws('|', country, name_en, name_pt, synonyms_en, synonyms_pt), '|')) AS name
    FROM newer.countries
),
geographies AS (
    SELECT unnest(string_split(concat_ws('|', geography, names_en, names_pt), '|')) AS name, string_split(countries, '|') AS countries
    FROM newer.geographies
),
spelled AS (
    SELECT
        provider, region, apart,
        unnest([
            struct_pack(kind := 'region', name := region), struct_pack(kind := 'region', name := name),
            struct_pack(kind := 'city', name := city), struct_pack(kind := 'city', name := city_pt)
        ], recursive := true)
    FROM known_regions
    UNION ALL
    SELECT provider, region, apart, 'city', unnest(string_split(further, '|')) FROM known_regions
    UNION ALL
    SELECT r.provider, r.region, r.apart, 'country', c.name FROM known_regions AS r JOIN countries AS c USING (country)
    UNION ALL
    SELECT r.provider, r.region, r.apart, 'geography', g.name
    FROM known_regions AS r
    JOIN geographies AS g ON list_contains(g.countries, r.country)
)
SELECT DISTINCT fold(name) AS name_key, name, kind, provider, region, apart
FROM spelled
WHERE fold(name) <> '';
