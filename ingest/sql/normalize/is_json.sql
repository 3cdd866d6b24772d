SELECT json_valid($document)
