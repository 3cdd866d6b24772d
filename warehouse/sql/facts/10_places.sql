-- How a text names a region: us-east-1 (Ashburn, United States).
CREATE OR REPLACE TEMP TABLE card_places AS
SELECT
    r.provider, r.region, l.language,
    r.region || coalesce(
        ' (' || nullif(concat_ws(
            ', ',
            say(l.language, r.city, coalesce(r.city_pt, r.city)),
            -- Singapore is in Singapore.
            nullif(say(l.language, c.name_en, c.name_pt), say(l.language, r.city, coalesce(r.city_pt, r.city)))
        ), '') || ')', ''
    ) AS place
FROM regions AS r
CROSS JOIN (VALUES ('en'), ('pt')) AS l (language)
LEFT JOIN countries AS c USING (country);
