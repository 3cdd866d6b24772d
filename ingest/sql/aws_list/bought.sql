-- One row a way of buying: the hourly rate, and what is paid once for it.
CREATE TEMP VIEW bought AS
SELECT
    offer.* REPLACE (
        CASE WHEN fees.alone THEN 'Hrs' ELSE offer."Unit" END AS "Unit",
        CASE WHEN fees.alone THEN '0' ELSE offer."PricePerUnit" END AS "PricePerUnit"
    ),
    fees.upfront
FROM offer
LEFT JOIN fees ON fees."SKU" = offer."SKU" AND fees."OfferTermCode" = offer."OfferTermCode"
WHERE offer."TermType" <> 'Reserved' OR offer."Unit" <> 'Quantity' OR fees.alone
