-- Rows that are not an answer to the question that was asked.
SELECT serviceName AS service, armRegionName AS region, count(*) AS prices
FROM items
WHERE serviceName IS DISTINCT FROM $service OR lower(armRegionName) IS DISTINCT FROM $region
GROUP BY ALL
ORDER BY prices DESC, service, region
LIMIT 1
