SELECT term, spelling, documents FROM terms;
