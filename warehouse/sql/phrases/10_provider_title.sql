CREATE OR REPLACE TEMP MACRO provider_title(provider) AS
    coalesce(
        MAP {
            'alibaba': 'Alibaba Cloud', 'aws': 'AWS', 'deepseek': 'DeepSeek', 'digitalocean': 'DigitalOcean',
            'elevenlabs': 'ElevenLabs', 'gcp': 'Google Cloud', 'github-copilot': 'GitHub Copilot',
            'ibm': 'IBM Cloud', 'linode': 'Akamai Linode', 'minimax': 'MiniMax', 'moonshotai': 'Moonshot AI',
            'oci': 'Oracle Cloud', 'openai': 'OpenAI', 'openrouter': 'OpenRouter', 'ovh': 'OVHcloud',
            'ovhcloud': 'OVHcloud', 'runpod': 'RunPod', 'together': 'Together AI', 'upcloud': 'UpCloud',
            'vast': 'Vast.ai', 'voyageai': 'Voyage AI', 'x-ai': 'xAI', 'zai': 'Z.AI', 'zhipuai': 'Zhipu AI'
        }[provider],
        CASE
            WHEN starts_with(provider, 'huggingface_') THEN 'Hugging Face (' || provider[13:] || ')'
            ELSE upper(left(provider, 1)) || provider[2:]
        END
    );
