import { PointsmanError } from '../../base/errors.js';
import type { TrainedModel } from '../../artifact/model.js';
import { SPACE_TABLES } from '../space-tables.js';
import {
  FIXED_TABLES,
  legalValues,
  shapeOf,
  sizesOf,
  tablesOf,
  type TableDeclaration,
  type TableName,
} from '../tables.js';

const damaged = (where: string, name: string, why: string): PointsmanError =>
  new PointsmanError('artifact_damaged', `${where}: tensor ${name} ${why}`);

/** Throws `artifact_damaged` unless a model has some tables, each in its shape. */
function checkShapes(model: TrainedModel, declarations: Iterable<[TableName, TableDeclaration]>, where: string): void {
  const sizes = sizesOf(model);
  for (const [name, declared] of declarations) {
    const table = model.tables[name];
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
}

/** Throws `artifact_damaged` where a model has kinds that can't be told; `where` names the artifact in messages. */
export function checkKinds(model: TrainedModel, where: string): void {
  if (model.names.kinds.length === 0) return;
  const needed = [...SPACE_TABLES, 'embedding/kind'] as const;
  checkShapes(
    model,
    needed.map((name) => [name, FIXED_TABLES[name]!]),
    where,
  );
}

/**
 * Throws `artifact_damaged` unless scoring can read the model: every table is there, in its shape, of legal numbers.
 *
 * @param where names the artifact in messages
 */
export function checkLearned(model: TrainedModel, where: string): void {
  checkShapes(model, tablesOf(model.names.hops), where);
  for (const [name, { data }] of Object.entries(model.tables)) {
    const legal = legalValues(name);
    if (!data.every((x) => legal.has(x))) throw damaged(where, name, legal.fault);
  }
}
