CREATE OR REPLACE VIEW coverage AS
SELECT
    provider, service, category, region, purchase_option, source,
    count(*) AS prices, count(DISTINCT instance_type) AS machines, max(as_of) AS as_of
FROM prices
WHERE valid_to IS NULL
GROUP BY ALL;
