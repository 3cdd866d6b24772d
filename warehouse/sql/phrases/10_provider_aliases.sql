CREATE OR REPLACE TEMP MACRO provider_aliases(provider) AS
    coalesce(
        MAP {
            'aws': 'Amazon Web Services, Amazon EC2, Amazon', 'azure': 'Microsoft Azure, Microsoft',
            'gcp': 'Google Cloud Platform, GCP, GCE, Compute Engine', 'oci': 'OCI, Oracle Cloud Infrastructure',
            'google': 'Gemini', 'openai': 'ChatGPT, GPT', 'anthropic': 'Claude', 'x-ai': 'Grok',
            'linode': 'Akamai, Linode', 'alibaba': 'Aliyun',
            'lambda': 'Lambda Labs, Lambda Cloud', 'digitalocean': 'Digital Ocean, droplets', 'vast': 'Vast, vast.ai',
            'runpod': 'Run Pod', 'verda': 'DataCrunch', 'hyperstack': 'NexGen Cloud', 'ibm': 'IBM, IBM Cloud',
            'ovh': 'OVH', 'ovhcloud': 'OVH'
        }[provider],
        ''
    );
