import { PointsmanError } from '../../base/errors.js';
import type { TrainedModel } from '../../artifact/model.js';
import { SPACE_TABLES } from '../space-tables.js';
import { FIXED_TABLES, legalValues, shapeOf, sizesOf, tablesOf } from '../tables.js';

const damaged = (where: string, name: string, why: string): PointsmanError =>
  new PointsmanError('artifact_damaged', `${where}: tensor ${name} ${why}`);

/** Throws `artifact_damaged` where a model has kinds that can't be told; `where` names the artifact in messages. */
export function checkKinds({ names, tables }: TrainedModel, where: string): void {
  if (names.kinds.length === 0) return;
  for (const name of [...SPACE_TABLES, 'embedding/kind'])
    if (tables[name] === undefined) throw damaged(where, name, 'is missing');
  const sizes = sizesOf({ names, tables });
  for (const name of [...SPACE_TABLES, 'embedding/kind'] as const)
    if (tables[name]!.shape.join() !== shapeOf(FIXED_TABLES[name]!, sizes).join())
      throw damaged(where, name, `has the shape [${tables[name]!.shape.join(', ')}], which the others do not fit`);
}

/**
 * Throws `artifact_damaged` unless scoring can read the model: every table is there, in its shape, of legal numbers.
 *
 * @param where names the artifact in messages
 */
export function checkLearned(model: TrainedModel, where: string): void {
  const { names, tables } = model;
  const sizes = sizesOf(model);
  for (const [name, declared] of tablesOf(names.hops)) {
    const table = tables[name];
    if (table === undefined) throw damaged(where, name, 'is missing');
    const shape = shapeOf(declared, sizes);
    if (table.shape.join() !== shape.join())
      throw damaged(
        where,
        name,
        `has the shape [${table.shape.join(', ')}]; its manifest’s names and the other tensors say ` +
          `[${shape.join(', ')}]`,
      );
  }
  for (const [name, { data }] of Object.entries(tables)) {
    const legal = legalValues(name);
    if (!data.every((x) => legal.has(x))) throw damaged(where, name, legal.fault);
  }
}
