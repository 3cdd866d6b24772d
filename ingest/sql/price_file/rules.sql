SELECT * EXCLUDE (row_number) REPLACE (
    percent::DECIMAL(20, 10) AS percent,
    valid_from::TIMESTAMPTZ AS valid_from,
    valid_to::TIMESTAMPTZ AS valid_to
)
FROM rows
