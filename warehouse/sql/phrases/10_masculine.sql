-- A company in a Portuguese sentence has an article: a AWS, o Google Cloud. Most are feminine.
CREATE OR REPLACE TEMP MACRO masculine(company) AS
    company IN (
        'azure', 'gcp', 'google', 'openrouter', 'github-copilot', 'cursor', 'linode', 'cudo', 'quicksilverpro', 'allenai'
    ) OR starts_with(company, 'huggingface_');
