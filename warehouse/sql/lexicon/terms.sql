SELECT term, spelling, documents, topic FROM terms;
