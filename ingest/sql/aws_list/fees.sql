-- What a reservation costs once: a row of its own in the file, of the unit Quantity. Some that are paid
-- wholly at once have no hourly rate beside it.
CREATE TEMP TABLE fees AS
WITH reserved AS (
    SELECT
        "SKU",
        "OfferTermCode",
        list(DISTINCT money("PricePerUnit")) FILTER ("Unit" = 'Quantity') AS paid_once,
        bool_and("Unit" = 'Quantity') AS alone
    FROM offer
    WHERE "TermType" = 'Reserved'
    GROUP BY ALL
)
SELECT "SKU", "OfferTermCode", unnest(paid_once) AS upfront, alone FROM reserved
