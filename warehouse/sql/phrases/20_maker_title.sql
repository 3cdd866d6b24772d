-- Who makes a language model, as people write it.
CREATE OR REPLACE TEMP MACRO maker_title(maker) AS
    coalesce(
        MAP {
            '01-ai': '01.AI', 'ai21': 'AI21 Labs', 'aion-labs': 'AionLabs', 'alibaba': 'Alibaba', 'allenai': 'Ai2',
            'arcee-ai': 'Arcee AI', 'baai': 'BAAI', 'bytedance': 'ByteDance', 'eleutherai': 'EleutherAI',
            'ibm': 'IBM', 'inclusionai': 'inclusionAI', 'inference-net': 'Inference.net', 'mistral': 'Mistral AI',
            'nousresearch': 'Nous Research', 'nvidia': 'NVIDIA', 'prime-intellect': 'Prime Intellect', 'rekaai': 'Reka AI',
            'stepfun': 'StepFun', 'thedrummer': 'TheDrummer', 'thinkingmachines': 'Thinking Machines', 'zai': 'Z.AI'
        }[maker],
        provider_title(maker)
    );
