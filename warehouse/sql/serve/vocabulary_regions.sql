SELECT
    provider,
    list({
        'region': region, 'name': name, 'city': city, 'city_pt': city_pt, 'country': country, 'longitude': longitude,
        'aliases': aliases, 'synonyms': concat_ws('|', synonyms_en, synonyms_pt),
        'government': kind = 'government',
        -- In China, AWS and Azure are sold by others, to customers of their own.
        'apart': kind = 'government' OR (country = 'CN' AND provider IN ('aws', 'azure')),
        'sold': (provider, region) IN (SELECT (provider, region) FROM offers)
    } ORDER BY region) AS regions
FROM (
    SELECT provider, region, name, city, city_pt, country, longitude, aliases, synonyms_en, synonyms_pt, kind FROM regions
    UNION ALL
    SELECT DISTINCT provider, region, region, NULL, NULL, country, NULL, NULL, NULL, NULL, 'region'
    FROM offers
    WHERE (provider, region) NOT IN (SELECT (provider, region) FROM regions)
)
GROUP BY provider
ORDER BY provider;
