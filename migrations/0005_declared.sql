-- What an LLM can do and may be asked, as JSON; NULL where not declared.
ALTER TABLE llm ADD COLUMN capabilities TEXT;
ALTER TABLE llm ADD COLUMN languages TEXT;
ALTER TABLE llm ADD COLUMN regions TEXT;
ALTER TABLE llm ADD COLUMN limits TEXT;
