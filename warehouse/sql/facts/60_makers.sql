-- Who makes a model: as OpenRouter files it, else by the family of its name, else as another seller files
-- it, else who sells nothing but their own. Of some nobody says.
CREATE OR REPLACE TEMP TABLE card_makers AS
WITH
stems (stem, maker) AS (VALUES
    ('gpt', 'openai'), ('chatgpt', 'openai'), ('o1', 'openai'), ('o3', 'openai'), ('o4', 'openai'),
    ('text-embedding', 'openai'), ('codex', 'openai'), ('davinci', 'openai'), ('babbage', 'openai'),
    ('claude', 'anthropic'), ('gemini', 'google'), ('gemma', 'google'), ('grok', 'x-ai'), ('deepseek', 'deepseek'),
    ('mistral', 'mistral'), ('codestral', 'mistral'), ('ministral', 'mistral'), ('mixtral', 'mistral'),
    ('magistral', 'mistral'), ('devstral', 'mistral'), ('pixtral', 'mistral'), ('voxtral', 'mistral'),
    ('command', 'cohere'), ('c4ai', 'cohere'), ('kimi', 'moonshotai'), ('glm', 'zai'), ('llama', 'meta'),
    ('muse', 'meta'), ('qwen', 'alibaba'), ('qwq', 'alibaba'), ('qvq', 'alibaba'), ('phi', 'microsoft'),
    ('nova', 'amazon'), ('titan', 'amazon'), ('jamba', 'ai21'), ('nemotron', 'nvidia'), ('minimax', 'minimax'),
    ('sonar', 'perplexity'), ('voyage', 'voyageai'), ('bge', 'baai'), ('palmyra', 'writer'), ('composer', 'cursor')
),
aliases (filed, maker) AS (VALUES
    ('meta-llama', 'meta'), ('meta-models', 'meta'), ('mistralai', 'mistral'), ('deepseek-ai', 'deepseek'),
    ('qwen', 'alibaba'), ('z-ai', 'zai'), ('zai-org', 'zai'), ('thudm', 'zai'), ('zhipuai', 'zai'),
    ('minimaxai', 'minimax'), ('bytedance-seed', 'bytedance'), ('bytedance-research', 'bytedance'),
    ('xiaomimimo', 'xiaomi'), ('primeintellect', 'prime-intellect'), ('zero-one-ai', '01-ai'),
    ('ibm-granite', 'ibm'), ('togethercomputer', 'together'), ('ricursive-ai', 'ricursiveai')
),
filed AS (
    SELECT
        model_key, provider,
        nullif(regexp_replace(lower(regexp_extract(model, '^[@~]?(.*)/[^/]*$', 1)), '^.*/', ''), '') AS filed
    FROM card_model_offers
),
claims AS (
    SELECT f.model_key, coalesce(a.maker, f.filed) AS maker, CASE f.provider WHEN 'openrouter' THEN 1 ELSE 3 END AS place
    FROM filed AS f
    LEFT JOIN aliases AS a USING (filed)
    WHERE f.filed IS NOT NULL
    UNION ALL
    SELECT f.model_key, s.maker, 2 FROM filed AS f JOIN stems AS s ON starts_with(f.model_key, s.stem)
    UNION ALL
    SELECT f.model_key, coalesce(a.maker, f.provider), 4
    FROM filed AS f
    LEFT JOIN aliases AS a ON a.filed = f.provider
    WHERE f.provider IN (
        'openai', 'anthropic', 'google', 'mistral', 'cohere', 'deepseek', 'x-ai', 'moonshotai', 'minimax', 'meta', 'zai',
        'zhipuai', 'voyageai', 'elevenlabs'
    )
)
SELECT model_key, arg_min(maker, (place, maker)) AS maker
FROM claims
GROUP BY model_key;
