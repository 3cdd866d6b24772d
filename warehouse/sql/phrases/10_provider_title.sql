CREATE OR REPLACE TEMP MACRO provider_title(provider) AS
    coalesce(
        MAP {
            'alibaba': 'Alibaba Cloud', 'aws': 'AWS', 'cloudrift': 'CloudRift', 'cudo': 'Cudo Compute', 'deepseek': 'DeepSeek', 'digitalocean': 'DigitalOcean',
            'elevenlabs': 'ElevenLabs', 'fluidstack': 'FluidStack', 'gcp': 'Google Cloud', 'github-copilot': 'GitHub Copilot',
            'ibm': 'IBM Cloud', 'jarvislabs': 'Jarvislabs.ai', 'linode': 'Akamai Linode', 'minimax': 'MiniMax', 'moonshotai': 'Moonshot AI',
            'oci': 'Oracle Cloud', 'openai': 'OpenAI', 'openrouter': 'OpenRouter', 'ovh': 'OVHcloud',
            'ovhcloud': 'OVHcloud', 'primeintellect': 'Prime Intellect', 'runpod': 'RunPod',
            'scp': 'Samsung Cloud Platform', 'together': 'Together AI', 'upcloud': 'UpCloud',
            'vast': 'Vast.ai', 'voyageai': 'Voyage AI', 'x-ai': 'xAI', 'zai': 'Z.AI', 'zhipuai': 'Zhipu AI'
        }[provider],
        CASE
            WHEN starts_with(provider, 'huggingface_') THEN 'Hugging Face (' || provider[13:] || ')'
            ELSE upper(left(provider, 1)) || provider[2:]
        END
    );
