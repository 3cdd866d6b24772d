-- What kind of accelerator it is, after "an accelerator: ".
CREATE OR REPLACE TEMP MACRO hardware_text(kind, language) AS
    CASE kind
        WHEN 'gpu' THEN say(language, 'a GPU', 'uma GPU')
        WHEN 'tpu' THEN say(language, 'a TPU (tensor processing unit)', 'uma TPU (unidade de processamento de tensores)')
        WHEN 'fpga' THEN say(language, 'an FPGA (programmable chip)', 'um FPGA (chip programável)')
        WHEN 'asic' THEN say(language, 'an ASIC (chip made for AI)', 'um ASIC (chip feito para IA)')
        WHEN 'media' THEN say(language, 'a video transcoder', 'um transcodificador de vídeo')
    END;
