SELECT list({
    'country': country, 'name_en': name_en, 'name_pt': name_pt,
    'synonyms': concat_ws('|', synonyms_en, synonyms_pt)
} ORDER BY country) AS countries
FROM countries;
