SELECT source, title, licence, max_age_days FROM sources ORDER BY source;
