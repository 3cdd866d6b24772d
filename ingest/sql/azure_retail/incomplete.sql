-- Items without a field that every item of the feed has.
SELECT count(*) AS items
FROM items
WHERE retailPrice IS NULL OR meterId IS NULL OR skuId IS NULL OR type IS NULL OR unitOfMeasure IS NULL
   OR currencyCode IS NULL OR tierMinimumUnits IS NULL OR effectiveStartDate IS NULL OR productName IS NULL
   OR skuName IS NULL OR meterName IS NULL
HAVING items > 0
