SELECT s.item, s.provider, s.kind, s.unit, s.size_gb, s.aliases, s.meaning, count(p.region) > 0 AS priced
FROM services AS s
LEFT JOIN service_prices AS p USING (item, provider)
GROUP BY ALL
ORDER BY s.item, s.provider;
