SELECT json_structure($document::JSON)
