import { PointsmanError } from '../../base/errors.js';
import type { TrainedModel } from '../../artifact/model.js';
import { legalValues, shapeOf, sizesOf, tablesOf } from '../tables.js';

/**
 * Throws `artifact_damaged` unless scoring can read the model: every table is there, in its shape, of legal numbers.
 *
 * @param where names the artifact in messages
 */
export function checkLearned(model: TrainedModel, where: string): void {
  const damaged = (name: string, why: string): PointsmanError =>
    new PointsmanError('artifact_damaged', `${where}: tensor ${name} ${why}`);
  const { names, tables } = model;
  const sizes = sizesOf(model);
  for (const [name, declared] of tablesOf(names.hops)) {
    const table = tables[name];
    if (table === undefined) throw damaged(name, 'is missing');
    const shape = shapeOf(declared, sizes);
    if (table.shape.join() !== shape.join())
      throw damaged(
        name,
        `has the shape [${table.shape.join(', ')}]; its manifest’s names and the other tensors say ` +
          `[${shape.join(', ')}]`,
      );
  }
  for (const [name, { data }] of Object.entries(tables)) {
    const legal = legalValues(name);
    if (!data.every((x) => legal.has(x))) throw damaged(name, legal.fault);
  }
}
