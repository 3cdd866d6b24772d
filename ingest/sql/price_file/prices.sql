SELECT * EXCLUDE (row_number) REPLACE (
    price::DECIMAL(20, 10) AS price,
    upfront::DECIMAL(20, 10) AS upfront,
    tier_from::DECIMAL(20, 10) AS tier_from,
    tier_to::DECIMAL(20, 10) AS tier_to,
    term_months::INTEGER AS term_months,
    effective_from::TIMESTAMPTZ AS effective_from
)
FROM rows
ORDER BY row_number
