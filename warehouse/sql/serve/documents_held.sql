SELECT kind, language, provider, count(*) AS documents
FROM documents
GROUP BY kind, language, provider
ORDER BY kind, language, provider NULLS FIRST;
