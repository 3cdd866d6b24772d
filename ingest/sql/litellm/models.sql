-- One row a model at one door of one seller: whose it is, where, and what it is called there. `door` is
-- the word before the slash; `first` tells which door's model goes by its bare name.
WITH doors(word, door, provider, first) AS (
    VALUES
        ('text-completion-openai', 'openai', 'openai', 1),
        ('gemini', 'gemini', 'google', 1),
        ('vertex_ai', 'vertex_ai', 'google', 2),
        ('bedrock', 'bedrock', 'aws', 1),
        ('bedrock_converse', 'bedrock', 'aws', 1),
        ('bedrock_mantle', 'bedrock_mantle', 'aws', 2),
        ('sagemaker', 'sagemaker', 'aws', 3),
        ('azure', 'azure', 'azure', 1),
        ('azure_text', 'azure', 'azure', 1),
        ('azure_ai', 'azure_ai', 'azure', 2),
        ('xai', 'xai', 'x-ai', 1),
        ('together_ai', 'together_ai', 'together', 1),
        ('fireworks_ai', 'fireworks_ai', 'fireworks', 1),
        ('fireworks_ai-embedding-models', 'fireworks_ai', 'fireworks', 1),
        ('moonshot', 'moonshot', 'moonshotai', 1),
        ('voyage', 'voyage', 'voyageai', 1),
        ('cohere_chat', 'cohere', 'cohere', 1),
        ('codestral', 'codestral', 'mistral', 2),
        ('text-completion-codestral', 'codestral', 'mistral', 2),
        ('github_copilot', 'github_copilot', 'github-copilot', 1),
        ('meta_llama', 'meta_llama', 'meta', 2),
        ('dashscope', 'dashscope', 'alibaba', 1),
        ('lambda_ai', 'lambda_ai', 'lambda', 1),
        ('watsonx', 'watsonx', 'ibm', 1),
        ('bigmodel', 'bigmodel', 'zhipuai', 1),
        ('amazon_nova', 'amazon_nova', 'amazon', 1)
),
sold AS (
    SELECT
        *,
        CASE WHEN starts_with(litellm_provider, 'vertex_ai') THEN 'vertex_ai' ELSE litellm_provider END AS word
    FROM listed
    WHERE item_key <> 'sample_spec' AND litellm_provider NOT IN ('ollama', 'lemonade', 'ovhcloud', 'scaleway')
),
placed AS (
    SELECT
        s.item_key, s.mode,
        coalesce(d.door, s.word) AS door, coalesce(d.provider, s.word) AS provider, coalesce(d.first, 1) AS first,
        TRY_CAST(TRY_CAST(s.max_input_tokens AS DOUBLE) AS BIGINT) AS context_window,
        TRY_CAST(s.deprecation_date AS DATE) AS ends,
        string_split(s.item_key, '/') AS steps
    FROM sold AS s
    LEFT JOIN doors AS d USING (word)
),
located AS (
    SELECT p.*, min(r.region) AS region
    FROM placed AS p
    LEFT JOIN regions AS r ON r.provider = p.provider AND list_contains(p.steps[:-2], r.region)
    GROUP BY ALL
),
named AS (
    SELECT
        * EXCLUDE (region),
        coalesce(region, 'global') AS region,
        regexp_replace(
            array_to_string(
                list_filter(steps, lambda step, place: NOT (place = 1 AND step = door) AND step IS DISTINCT FROM region),
                '/'
            ),
            '^accounts/fireworks/models/', ''
        ) AS bare
    FROM located
),
-- Two spellings of one model at one door: the longer key says more.
spelled AS (
    SELECT * FROM named
    QUALIFY row_number() OVER (
        PARTITION BY provider, region, door, bare ORDER BY length(item_key) DESC, item_key
    ) = 1
)
SELECT
    item_key, mode, door, provider, region, context_window, ends,
    door || '/' || bare AS sku,
    CASE WHEN row_number() OVER (PARTITION BY provider, region, bare ORDER BY first, door) = 1
         THEN bare ELSE door || '/' || bare END AS model
FROM spelled
