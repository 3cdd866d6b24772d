-- One reason a row: of several, the one whose expectation stands first. A word outside the vocabulary
-- refuses every price that uses it.
CREATE OR REPLACE TEMP TABLE refusals AS
WITH
strange AS (
    SELECT w.kind, w.word, f.place
    FROM measured_words AS w
    JOIN found AS f ON f.staged = 'words' AND f.row_number = w.row_number
),
reasons AS (
    SELECT staged, row_number, reason, place FROM found WHERE staged <> 'words'
    UNION ALL
    SELECT 'prices', s.row_number, 'unknown_' || w.kind, w.place
    FROM staged_prices AS s
    JOIN strange AS w
        ON w.word = CASE w.kind
            WHEN 'currency' THEN s.currency
            WHEN 'unit' THEN s.unit
            WHEN 'category' THEN s.category
            WHEN 'purchase_option' THEN s.purchase_option
            WHEN 'price_type' THEN s.price_type
            WHEN 'payment' THEN s.payment
            WHEN 'tenancy' THEN s.tenancy
            WHEN 'operating_system' THEN s.operating_system
            ELSE s.provider || '/' || s.region
        END
)
SELECT staged, row_number, arg_min(reason, struct_pack(place := place, reason := reason)) AS reason
FROM reasons
GROUP BY staged, row_number;
