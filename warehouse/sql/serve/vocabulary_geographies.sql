SELECT list({'geography': geography, 'names_en': names_en, 'names_pt': names_pt, 'countries': countries}
    ORDER BY geography) AS geographies
FROM geographies;
