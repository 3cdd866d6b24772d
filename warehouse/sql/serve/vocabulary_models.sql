SELECT provider, list({'model': model, 'name': name} ORDER BY model) AS models
FROM (SELECT provider, model, any_value(name) AS name FROM token_prices GROUP BY provider, model)
GROUP BY provider
ORDER BY provider;
