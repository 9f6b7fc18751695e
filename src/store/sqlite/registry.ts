import type { Connection } from './connection.js';

/** An LLM that rows may refer to. */
export interface KnownLlm {
  id: number;
  /** Whether feedback alone named it: it is no candidate. */
  undeclared: boolean;
}

/** Integer ids of names, inserting what is new. */
export interface Registry {
  findLlm(name: string): KnownLlm | undefined;
  /** Inserts an LLM, or changes whether one that nobody declared is a candidate. Answers its id. */
  registerLlm(name: string, undeclared: boolean): number;
  task(name: string): number;
  domain(name: string): number;
  family(name: string): number;
  link(task: number, domain: number): void;
}

/**
 * Names → integer ids. Nothing is remembered between calls: a rolled-back transaction would leave ids
 * behind that no longer exist.
 */
export function createRegistry({ db }: Connection): Registry {
  const interner = (table: string) => {
    const find = db.prepare<[string], number>(`SELECT id FROM ${table} WHERE name = ?`).pluck();
    const insert = db.prepare<[string]>(`INSERT INTO ${table} (name) VALUES (?)`);
    return (name: string): number => find.get(name) ?? Number(insert.run(name).lastInsertRowid);
  };
  const findLlm = db.prepare<[string], { id: number; undeclared: number }>(
    'SELECT id, undeclared FROM llm WHERE name = ?',
  );
  const registerLlm = db
    .prepare<{ name: string; undeclared: number }, number>(
      `INSERT INTO llm (name, deleted, undeclared) VALUES (@name, @undeclared, @undeclared)
       ON CONFLICT (name) DO UPDATE SET deleted = excluded.deleted, undeclared = excluded.undeclared RETURNING id`,
    )
    .pluck();
  const link = db.prepare<[number, number]>('INSERT INTO task_domain VALUES (?, ?) ON CONFLICT DO NOTHING');
  return {
    findLlm(name) {
      const row = findLlm.get(name);
      return row && { id: row.id, undeclared: row.undeclared === 1 };
    },
    registerLlm: (name, undeclared) => registerLlm.get({ name, undeclared: Number(undeclared) })!,
    task: interner('task'),
    domain: interner('domain'),
    family: interner('family'),
    link: (taskId, domainId) => void link.run(taskId, domainId),
  };
}

/** Remembers ids for the length of one transaction. */
export function rememberIds(registry: Registry): Registry {
  const linked = new Set<string>();
  const llms = new Map<string, KnownLlm>();
  return {
    findLlm(name) {
      const found = llms.get(name) ?? registry.findLlm(name);
      if (found !== undefined) llms.set(name, found);
      return found;
    },
    registerLlm(name, undeclared) {
      const id = registry.registerLlm(name, undeclared);
      llms.set(name, { id, undeclared });
      return id;
    },
    task: remember((name) => registry.task(name)),
    domain: remember((name) => registry.domain(name)),
    family: remember((name) => registry.family(name)),
    link(task, domain) {
      const pair = `${task} ${domain}`;
      if (linked.has(pair)) return;
      linked.add(pair);
      registry.link(task, domain);
    },
  };
}

function remember<T>(look: (name: string) => T): (name: string) => T {
  const known = new Map<string, T>();
  return (name) => {
    let id = known.get(name);
    if (id === undefined) known.set(name, (id = look(name)));
    return id;
  };
}
