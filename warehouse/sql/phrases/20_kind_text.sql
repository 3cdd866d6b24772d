-- What is counted of a language model, and its variant after a colon: `input:batch`.
CREATE OR REPLACE TEMP MACRO kind_text(kind, language) AS
    CASE split_part(kind, ':', 1)
        WHEN 'input' THEN say(language, 'input tokens', 'tokens de entrada')
        WHEN 'output' THEN say(language, 'output tokens', 'tokens de saída')
        WHEN 'cached_input' THEN say(language, 'cached input tokens', 'tokens de entrada em cache')
        WHEN 'cache_write' THEN say(language, 'cache writes', 'gravações em cache')
        WHEN 'cache_write_1h' THEN say(language, 'cache writes for an hour', 'gravações em cache por uma hora')
        WHEN 'audio' THEN say(language, 'audio', 'áudio')
        WHEN 'input_audio' THEN say(language, 'audio input', 'entrada de áudio')
        WHEN 'output_audio' THEN say(language, 'audio output', 'saída de áudio')
        WHEN 'input_image' THEN say(language, 'image input', 'entrada de imagem')
        WHEN 'output_image' THEN say(language, 'image output', 'saída de imagem')
        WHEN 'input_video' THEN say(language, 'video input', 'entrada de vídeo')
        WHEN 'output_video' THEN say(language, 'video output', 'saída de vídeo')
        WHEN 'output_reasoning' THEN say(language, 'reasoning output', 'saída de raciocínio')
        WHEN 'cache_image_read' THEN say(language, 'cached image input', 'entrada de imagem em cache')
        WHEN 'cache_audio_read' THEN say(language, 'cached audio input', 'entrada de áudio em cache')
        WHEN 'web_searches' THEN say(language, 'web searches', 'buscas na web')
        ELSE replace(split_part(kind, ':', 1), '_', ' ')
    END
    || CASE WHEN contains(kind, ':') THEN ' (' || replace(kind[strpos(kind, ':') + 1:], '_', ' ') || ')' ELSE '' END;
