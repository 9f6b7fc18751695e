-- How many answers of an LLM failed.
ALTER TABLE llm_total ADD COLUMN failed INTEGER NOT NULL DEFAULT 0;
UPDATE llm_total SET failed = (SELECT count(*) FROM interaction i WHERE i.llm = llm_total.llm AND i.error IS NOT NULL);
