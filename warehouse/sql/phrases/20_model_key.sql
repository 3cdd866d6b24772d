-- One name for a model that its sellers spell in their own ways: `claude-haiku-4-5` is
-- anthropic/claude-haiku-4.5 and global.anthropic.claude-haiku-4-5-v1:0; `p` is Fireworks' decimal point.
CREATE OR REPLACE TEMP MACRO model_key(model, provider) AS
    translate(
        regexp_replace(
            regexp_replace(
                regexp_replace(
                    CASE provider
                        WHEN 'aws' THEN regexp_replace(
                            regexp_replace(
                                replace(lower(model), 'deepseek.r1', 'deepseek.deepseek-r1'),
                                '^(?:(?:global|regional|us|eu|apac|jp|au)\.)?[a-z]+[0-9]*\.', ''
                            ),
                            '(?:-v?\d+)?:\d+$|-v\d+$', ''
                        )
                        ELSE lower(regexp_extract(model, '[^/]*$'))
                    END,
                    '^(?:databricks-|zai-)?(?:meta-)?(llama|.)', '\1'
                ),
                'llama-?v?(\d)', 'llama-\1', 'g'
            ),
            '(\d)[.p_](\d)', '\1-\2', 'g'
        ),
        '.:_ @~', '------'
    );
