import {
  createMatrices,
  padded,
  rowMajor,
  transpose,
  type Matrix,
  type MatrixSource,
  type SparseVector,
} from '../../math/simd/matrices.js';
import { dot } from '../../math/linear.js';
import { tableReader } from '../tables.js';
import type { Tables, TrainedModel } from '../../artifact/model.js';

/** The anchors of one task: rows of the matrix of places, from one that begins a panel on. */
export interface AnchorGroup {
  /** −1 where no task is known. */
  task: number;
  /** Indices of anchors `[n]`. */
  members: Int32Array;
  /** Its first row. */
  from: number;
}

/** How much of the anchors an LLM answered. */
export type Answered = 'all' | 'some' | 'none';

/** A model's tables as decisions multiply them. What changes with the catalogue is not among them. */
export interface ModelProducts {
  /** What all of them multiply. */
  x: SparseVector;
  /** `[hidden, dim]` */
  query: Matrix;
  /** `[hidden, hidden]` */
  taskQuery: Matrix;
  /** `[numTasks, hidden]` */
  taskKeys: Matrix;
  /** Axes of meaning `[axes, length]`, and of words, which weigh features by how rare they are. */
  basis: Matrix;
  wordBasis: Matrix;
  /** Where anchors lie, by groups, and where by their words. */
  places: Matrix;
  words: Matrix;
  groups: AnchorGroup[];
  /** Square lengths of their places `[numAnchors]`. */
  squares: Float32Array;
  /**
   * What anchors tell of LLMs, whether or not they answered there themselves `[numLlms + 1, numAnchors]`; the
   * last row is what is so of all LLMs.
   */
  messages: Matrix;
  /** 1 where an LLM answered an anchor `[numLlms, numAnchors]`; without rows where each answered all or none. */
  known: Matrix;
  /** `[numLlms]` */
  answered: Answered[];
}

/** @param tasks `[numAnchors, numTasks]`, 1 at the task of an anchor whose task is known */
function groupAnchors(tasks: Float32Array, numAnchors: number, numTasks: number): AnchorGroup[] {
  const taskOf = Int32Array.from({ length: numAnchors }, (_, a) =>
    tasks.subarray(a * numTasks, (a + 1) * numTasks).indexOf(1),
  );
  let from = 0;
  return [...new Set(taskOf)].map((task) => {
    const group = { task, members: Int32Array.from(taskOf.keys()).filter((a) => taskOf[a] === task), from };
    from += padded(group.members.length);
    return group;
  });
}

/** The rows `order` of a matrix, and rows of zeros where it says −1. */
function rowsInOrder({ columns, at }: MatrixSource, order: ArrayLike<number>): MatrixSource {
  return { rows: order.length, columns, at: (r, c) => (order[r]! < 0 ? 0 : at(order[r]!, c)) };
}

/** A matrix with `last` as one more row. */
function withRow({ rows, columns, at }: MatrixSource, last: Float32Array): MatrixSource {
  return { rows: rows + 1, columns, at: (r, c) => (r < rows ? at(r, c) : last[c]!) };
}

/** Of each LLM, how many of the anchors have a score `[numAnchors, numLlms]`. */
function answeredOf(scores: Float32Array, numAnchors: number, numLlms: number): Answered[] {
  return Array.from({ length: numLlms }, (_, l) => {
    let count = 0;
    for (let a = 0; a < numAnchors; a++) if (!Number.isNaN(scores[a * numLlms + l]!)) count++;
    return count === 0 ? 'none' : count === numAnchors ? 'all' : 'some';
  });
}

/** Axes of words `[word axes, length]`, each feature weighed by how rare it is. */
export function weighedBasis(tables: Tables): MatrixSource {
  const [basis, rarity] = [tables['words/basis']!.data, tables['words/rarity']!.data];
  return {
    ...rowMajor(basis, rarity.length),
    at: (axis, feature) => basis[axis * rarity.length + feature]! * rarity[feature]!,
  };
}

function makeProducts(model: TrainedModel): ModelProducts {
  const { names } = model;
  const data = tableReader(model);
  const [numLlms, numTasks, numAnchors] = [names.llms.length, names.tasks.length, names.anchors.length];
  const hidden = data('query/bias').length;
  const size = data('semantic/basis').length / Math.max(1, data('semantic/mean').length) + data('style/scale').length;
  const wordAxes = data('words/centre').length;
  const groups = groupAnchors(data('anchor/tasks'), numAnchors, numTasks);
  const order = groups.flatMap(({ members }) => [
    ...members,
    ...Array.from({ length: padded(members.length) - members.length }, () => -1),
  ]);
  const scores = data('anchor/scores');
  const answered = answeredOf(scores, numAnchors, numLlms);
  const { x, matrices } = createMatrices({
    query: transpose(rowMajor(data('query/kernel'), hidden)),
    taskQuery: transpose(rowMajor(data('task_query/kernel'), hidden)),
    taskKeys: rowMajor(data('task/keys'), hidden),
    basis: rowMajor(data('semantic/basis'), data('semantic/mean').length),
    wordBasis: weighedBasis(model.tables),
    words: rowsInOrder(rowMajor(data('anchor/words'), wordAxes), wordAxes === 0 ? [] : order),
    places: rowsInOrder(rowMajor(data('anchor/places'), size), order),
    messages: withRow(
      { rows: numLlms, columns: numAnchors, at: (l, a) => data('anchor/messages')[a * numLlms + l]! },
      data('anchor/messages/all'),
    ),
    known: {
      rows: answered.includes('some') ? numLlms : 0,
      columns: numAnchors,
      at: (l, a) => (Number.isNaN(scores[a * numLlms + l]!) ? 0 : 1),
    },
  });
  const places = data('anchor/places');
  const squares = Float32Array.from(names.anchors, (_, a) => dot(places, a * size, places, a * size, size));
  return { x, ...matrices, groups, squares, answered };
}

/**
 * Kept as long as their model: indices come and go with every change of the ledger, and would each take as much memory.
 */
const made = new WeakMap<TrainedModel, ModelProducts>();

/** The products of a model. Whoever uses them must be done before anyone else does: they are all in the same memory. */
export function productsOf(model: TrainedModel): ModelProducts {
  let products = made.get(model);
  if (products === undefined) made.set(model, (products = makeProducts(model)));
  return products;
}
