-- Whether queries that come by a key may go to an LLM that is chosen by chance: 1, or 0 where it opted out.
ALTER TABLE api_key ADD COLUMN exploration INTEGER NOT NULL DEFAULT 1 CHECK (exploration IN (0, 1));
