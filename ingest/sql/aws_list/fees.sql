-- What a reservation costs once: a row of its own in the file, of the unit Quantity. Some that are paid
-- wholly at once have no hourly rate beside it.
CREATE TEMP TABLE fees AS
WITH
paid_once AS (
    SELECT DISTINCT "SKU", "OfferTermCode", money("PricePerUnit") AS upfront
    FROM offer
    WHERE "TermType" = 'Reserved' AND "Unit" = 'Quantity'
),
by_the_hour AS (
    SELECT DISTINCT "SKU", "OfferTermCode" FROM offer WHERE "TermType" = 'Reserved' AND "Unit" <> 'Quantity'
)
SELECT paid_once.*, by_the_hour."SKU" IS NULL AS alone
FROM paid_once
LEFT JOIN by_the_hour USING ("SKU", "OfferTermCode")
