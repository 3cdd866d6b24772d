-- Every word of the contract's vocabulary that the staged prices use, once: a list repeats few words many
-- times. What is said of a region is whether it can be placed.
CREATE OR REPLACE TEMP TABLE measured_words AS
WITH
used AS (
    SELECT DISTINCT
        currency, unit, category, purchase_option, price_type, payment, tenancy, operating_system, provider, region
    FROM staged_prices
),
known_regions AS (
    SELECT DISTINCT provider, unnest(list_append(string_split(coalesce(aliases, ''), '|'), region)) AS region
    FROM regions
),
words AS (
    SELECT DISTINCT kind, word
    FROM (
        SELECT unnest([
            {'kind': 'currency', 'word': currency}, {'kind': 'unit', 'word': unit},
            {'kind': 'category', 'word': category}, {'kind': 'purchase_option', 'word': purchase_option},
            {'kind': 'price_type', 'word': price_type}, {'kind': 'payment', 'word': payment},
            {'kind': 'tenancy', 'word': tenancy}, {'kind': 'operating_system', 'word': operating_system},
            {'kind': 'region', 'word': provider || '/' || region}
        ], recursive := true)
        FROM used
    )
    WHERE word IS NOT NULL
)
SELECT
    row_number() OVER (ORDER BY w.kind, w.word) AS row_number,
    w.kind,
    w.word,
    CASE WHEN w.kind <> 'region' THEN w.kind || ' ' || w.word
         WHEN k.region IS NOT NULL OR w.word[-7:] = '/global' THEN 'region known'
         ELSE 'region ' || w.word END AS said
FROM words AS w
LEFT JOIN known_regions AS k ON w.kind = 'region' AND k.provider || '/' || k.region = w.word;
