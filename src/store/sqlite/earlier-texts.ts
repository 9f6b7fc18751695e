/**
 * A text that a migration had before today's, by its checksum, and what brings the schema that it made to the one that
 * today's text makes.
 */
export interface EarlierText {
  version: number;
  checksum: string;
  sql: string;
}

const REPORTS = `
  ALTER TABLE decision ADD COLUMN cascade TEXT;
  CREATE TABLE cascade_report (
    decision TEXT NOT NULL REFERENCES decision ON DELETE CASCADE,
    position INTEGER NOT NULL,
    report TEXT NOT NULL,
    PRIMARY KEY (decision, position)
  ) STRICT, WITHOUT ROWID;`;
const LISTS = `
  CREATE INDEX decision_model ON decision (model, id);
  CREATE INDEX decision_policy ON decision (policy, id);`;
const DECIDED_AT = `
  CREATE INDEX interaction_decided_at ON interaction (at) WHERE decision IS NOT NULL;`;

/**
 * Migrations 4 and 6 were edited after ledgers could have been made with them. A migration that has landed is not
 * edited any more (`npm run lint` holds that), so nothing is added here.
 */
export const EARLIER_TEXTS: readonly EarlierText[] = [
  {
    version: 4,
    checksum: '91d8f6599f3617355c85f360d4111c6d0cc7a18422d2ad326cab2d7c99c0ab1d',
    // The newest revision of an LLM is the one that is declared; of older ones it is not known.
    sql: `
      ALTER TABLE change_point ADD COLUMN revision TEXT;
      UPDATE change_point SET revision = (SELECT revision FROM llm WHERE llm.id = change_point.llm)
      WHERE id IN (SELECT max(id) FROM change_point WHERE cause = 'revision' GROUP BY llm);`,
  },
  // Only a comment was moved.
  { version: 4, checksum: '5d3429234a4125d90d80a1e406d443282bc08c674c53eeeed8dad75048893be6', sql: '' },
  {
    version: 6,
    checksum: 'a2b79a25ee218e10a9ebfbc5bbebbe45f9646835ab8c9358e124d61ac27f3cda',
    sql: REPORTS + LISTS + DECIDED_AT,
  },
  { version: 6, checksum: 'd9623c3feb7b20ed4c054c4d07aa8425d679f506966f1915e66ed09a178ac306', sql: LISTS + DECIDED_AT },
  { version: 6, checksum: '926eaf715db648225898d5986890b079e2867ce3824865f600b862e3b06e4da8', sql: DECIDED_AT },
];
