-- What the filters of offers can be in this snapshot: one row, a list for each.
SELECT
    (
        SELECT list({'provider': provider, 'offers': offers, 'machines': machines, 'regions': regions} ORDER BY provider)
        FROM (
            SELECT
                provider, count(*) AS offers, count(DISTINCT instance_type) AS machines, count(DISTINCT region) AS regions
            FROM offers
            GROUP BY provider
        )
    ) AS providers,
    (
        SELECT
            list({
                'provider': provider, 'region': region, 'name': name, 'city': city, 'country': country,
                'country_en': name_en, 'country_pt': name_pt, 'offers': offers
            } ORDER BY provider, region)
        FROM (
            SELECT
                provider, region, any_value(region_name) AS name, any_value(city) AS city,
                any_value(country) AS country, count(*) AS offers
            FROM offers
            WHERE region IS NOT NULL
            GROUP BY provider, region
        )
        LEFT JOIN countries USING (country)
    ) AS regions,
    (
        SELECT list({'accelerator': accelerator, 'kind': kind, 'memory_gib': memory_gib, 'offers': offers} ORDER BY accelerator)
        FROM (SELECT accelerator, count(*) AS offers FROM offers WHERE accelerator IS NOT NULL GROUP BY accelerator)
        LEFT JOIN accelerators USING (accelerator)
    ) AS accelerators,
    (SELECT list(DISTINCT operating_system ORDER BY operating_system) FROM offers WHERE operating_system IS NOT NULL)
        AS operating_systems,
    (SELECT list(DISTINCT purchase_option ORDER BY purchase_option) FROM offers) AS purchase_options,
    (SELECT list(DISTINCT coalesce(tenancy, 'shared') ORDER BY coalesce(tenancy, 'shared')) FROM offers) AS tenancies,
    (SELECT list(DISTINCT architecture ORDER BY architecture) FROM offers WHERE architecture IS NOT NULL)
        AS architectures,
    (SELECT list(DISTINCT term_months ORDER BY term_months) FROM offers WHERE term_months IS NOT NULL) AS term_months,
    (SELECT list(DISTINCT payment ORDER BY payment) FROM offers WHERE payment IS NOT NULL) AS payments,
    (SELECT list(currency ORDER BY currency) FROM fx_latest) AS currencies,
    (SELECT count(*) > 0 FROM offers WHERE price_type = 'contracted') OR (SELECT count(*) > 0 FROM discount_rules) AS own;
