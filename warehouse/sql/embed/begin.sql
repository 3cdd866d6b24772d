INSERT INTO projections (identity, recipe, last_used, fitted_on, components)
SELECT $identity, $recipe, coalesce(max(last_used), 0) + 1, $fitted_on, $components::BLOB
FROM projections;
