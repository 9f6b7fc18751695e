import { PointsmanError, messageOf } from '../base/errors.js';
import { parameterTable } from '../learned/parameters.js';
import { BASELINES, baselineByName } from '../router/baselines.js';
import { LEARNED_ROUTER } from '../learned/name.js';
import type { TrainedModel } from '../artifact/model.js';

/** Shape of every table that scoring reads, as names and the sizes of the weights have it; see {@link TrainedModel}. */
function expectedShapes({ names, tables }: TrainedModel): Record<string, number[]> {
  const size = (table: string, axis: number): number => tables[table]?.shape[axis] ?? 0;
  const [hidden, keys, axes, meaning] = [
    size('query/bias', 0),
    size('task_prior/llm/kernel', 1),
    size('semantic/ridge', 0),
    size('semantic/mean', 0),
  ];
  const [styles, levels] = [size('style/scale', 0), size('style/quantiles', 1)];
  const [llms, families, tasks, anchors] = [
    names.llms.length,
    names.families.length,
    names.tasks.length,
    names.anchors.length,
  ];
  const weights = parameterTable({
    dim: size('query/kernel', 0),
    facts: size('llm/kernel', 0),
    hidden,
    keys,
    hops: names.hops,
    axes,
  });
  const shapes: Record<string, number[]> = Object.fromEntries(
    Object.entries(weights).map(([name, { shape }]) => [name, shape]),
  );
  for (let hop = 0; hop < names.hops; hop++) {
    shapes[`hop${hop}/state/family`] = [families, hidden];
    shapes[`hop${hop}/state/task`] = [tasks, hidden];
  }
  return {
    ...shapes,
    'embedding/llm': [llms, hidden],
    'embedding/task': [tasks, hidden],
    'record/llm': [llms, 1],
    'record/count': [llms, 1],
    'record/task': [llms, tasks],
    'record/task_count': [llms, tasks],
    'message/llm': [llms, axes],
    'message/all': [axes],
    'task/keys': [tasks, hidden],
    'task/offset': [1, tasks],
    'task/benchmark': [1, tasks],
    'task/mask': [tasks],
    'semantic/range': [2],
    'semantic/mean': [meaning],
    'semantic/basis': [axes, meaning],
    'anchor/places': [anchors, axes + styles],
    'style/range': [2],
    'style/quantiles': [styles, levels],
    'style/scale': [styles],
    'anchor/tasks': [anchors, tasks],
    'anchor/messages': [anchors, llms],
    'anchor/messages/all': [anchors],
    'anchor/scores': [anchors, llms],
  };
}

/** Throws `artifact_damaged` unless a baseline of that name makes a router of the tables. */
function checkBaseline({ names, tables }: TrainedModel, where: string): void {
  const baseline = baselineByName(names.router);
  if (baseline === undefined)
    throw new PointsmanError(
      'artifact_damaged',
      `${where}: router: expected ${LEARNED_ROUTER} or one of ${BASELINES.map((b) => b.name).join(', ')}, got ` +
        `${JSON.stringify(names.router)}`,
    );
  try {
    baseline.restore(tables);
  } catch (error) {
    throw new PointsmanError(
      'artifact_damaged',
      `${where}: the tables are not those of ${names.router}: ${messageOf(error)}`,
      { cause: error },
    );
  }
}

/**
 * Throws `artifact_damaged` unless scoring can read the model: every table is there, in its shape, of finite numbers.
 */
export function checkModel(model: TrainedModel, where: string): void {
  if (model.names.router !== LEARNED_ROUTER) return checkBaseline(model, where);
  const damaged = (name: string, why: string): PointsmanError =>
    new PointsmanError('artifact_damaged', `${where}: tensor ${name} ${why}`);
  const { tables } = model;
  for (const [name, shape] of Object.entries(expectedShapes(model))) {
    const table = tables[name];
    if (table === undefined) throw damaged(name, 'is missing');
    if (table.shape.join() !== shape.join())
      throw damaged(
        name,
        `has the shape [${table.shape.join(', ')}]; its manifest’s names and the other tensors say ` +
          `[${shape.join(', ')}]`,
      );
  }
  for (const [name, { data }] of Object.entries(tables)) {
    // Only anchor/scores marks what isn't logged by NaN; everywhere else a number that isn't finite is damage.
    const whole =
      name === 'anchor/scores' ? data.every((x) => Number.isNaN(x) || (x >= 0 && x <= 1)) : data.every(Number.isFinite);
    if (!whole)
      throw damaged(
        name,
        name === 'anchor/scores' ? 'holds scores outside [0, 1]' : 'holds numbers that are not finite',
      );
  }
}
