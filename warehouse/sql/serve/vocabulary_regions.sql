SELECT
    provider,
    list({
        'region': region, 'name': name, 'city': city, 'city_pt': city_pt, 'country': country,
        'aliases': aliases, 'synonyms': concat_ws('|', synonyms_en, synonyms_pt)
    } ORDER BY region) AS regions
FROM (
    SELECT provider, region, name, city, city_pt, country, aliases, synonyms_en, synonyms_pt FROM regions
    UNION ALL
    SELECT DISTINCT provider, region, region, NULL, NULL, country, NULL, NULL, NULL
    FROM offers
    WHERE (provider, region) NOT IN (SELECT (provider, region) FROM regions)
)
GROUP BY provider
ORDER BY provider;
