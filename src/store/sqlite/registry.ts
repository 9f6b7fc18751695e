import type { Connection } from './connection.js';

/** Integer ids of names, inserting what is new. */
export interface Registry {
  llm(name: string): { id: number; created: boolean };
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
    return (name: string): { id: number; created: boolean } => {
      const id = find.get(name);
      return id === undefined
        ? { id: Number(insert.run(name).lastInsertRowid), created: true }
        : { id, created: false };
    };
  };
  const task = interner('task');
  const domain = interner('domain');
  const family = interner('family');
  const link = db.prepare<[number, number]>('INSERT INTO task_domain VALUES (?, ?) ON CONFLICT DO NOTHING');
  return {
    llm: interner('llm'),
    task: (name) => task(name).id,
    domain: (name) => domain(name).id,
    family: (name) => family(name).id,
    link: (taskId, domainId) => void link.run(taskId, domainId),
  };
}

/** Remembers ids for the length of one transaction. */
export function rememberIds(registry: Registry): Registry {
  const linked = new Set<string>();
  return {
    llm: remember((name) => registry.llm(name)),
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
