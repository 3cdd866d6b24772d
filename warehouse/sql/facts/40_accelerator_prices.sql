-- Where each provider is cheapest by the price of one accelerator for one hour.
CREATE OR REPLACE TEMP TABLE card_accelerator_prices AS
SELECT
    m.accelerator, p.provider, p.purchase_option, p.instance_type, p.region,
    p.price / m.accelerator_count AS price, p.currency, p.usd / m.accelerator_count AS usd,
    p.since, p.confirmed, p.source
FROM card_prices AS p
JOIN card_machines AS m USING (provider, instance_type)
WHERE m.accelerator IS NOT NULL AND m.accelerator_count > 0
QUALIFY row_number() OVER (
    PARTITION BY m.accelerator, p.provider, p.purchase_option
    ORDER BY p.usd / m.accelerator_count, p.instance_type, p.region
) = 1;
