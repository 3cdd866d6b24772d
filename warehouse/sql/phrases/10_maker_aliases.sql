-- Families of models by which a maker is known.
CREATE OR REPLACE TEMP MACRO maker_aliases(maker) AS
    coalesce(
        MAP {
            'alibaba': 'Qwen', 'amazon': 'Amazon Nova, Amazon Titan', 'anthropic': 'Claude', 'cohere': 'Cohere Command',
            'deepseek': 'DeepSeek', 'google': 'Gemini, Gemma', 'meta': 'Llama', 'microsoft': 'Microsoft Phi',
            'mistral': 'Mistral, Codestral, Mixtral', 'moonshotai': 'Kimi, Moonshot', 'nvidia': 'Nemotron',
            'openai': 'GPT, ChatGPT', 'x-ai': 'Grok', 'zai': 'GLM, Zhipu, Z.AI'
        }[maker],
        ''
    );
