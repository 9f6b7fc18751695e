import type { Rng } from '../../base/rng.js';
import type { Weights } from '../../math/weights.js';
import type { TensorFlow, Tensor, Tensor2D } from '../../tensor/types.js';
import { normal, zeros } from '../fit/adam.js';

/** Width of node states. */
export const HIDDEN = 64;

/** Logged queries with their edges to LLMs. */
export interface Support {
  /** `[numSupport, dim]` */
  queries: Tensor2D;
  /**
   * Which edges there are, their score less one half, and their score less the query's mean; 0 where none. `[numLlms,
   * numSupport]`
   */
  known: Tensor2D;
  score: Tensor2D;
  advantage: Tensor2D;
}

export function initialWeights(dim: number, rng: Rng): Weights {
  const table: Weights = {
    'query/bias': zeros(HIDDEN),
    'llm/bias': zeros(HIDDEN),
    'edge/bias': zeros(HIDDEN),
    'out/bias': zeros(1),
    'gather/tilt': zeros(2, 1),
  };
  const kernel = (name: string, rows: number, cols: number, spread: number): void =>
    void (table[`${name}/kernel`] = normal(rng.fork(name), [rows, cols], spread));
  kernel('query', dim, HIDDEN, 1);
  kernel('llm', dim, HIDDEN, 1);
  const square = 1 / Math.sqrt(HIDDEN);
  for (const name of [
    'gather/llm',
    'gather/query',
    'message/query',
    'message/score',
    'message/advantage',
    'attend/query',
    'attend/llm',
    'attend/value',
  ])
    kernel(name, HIDDEN, HIDDEN, square);
  for (const name of ['edge/query', 'edge/llm', 'edge/product']) kernel(name, HIDDEN, HIDDEN, square);
  kernel('message/edge', 2, HIDDEN, 0.5);
  kernel('out', HIDDEN, 1, 0.1);
  return table;
}

/** A layer of the network by name: x·kernel, and its bias where it has one. */
export function layer(tf: TensorFlow, p: Record<string, Tensor>, name: string, x: Tensor2D): Tensor2D {
  const product: Tensor2D = tf.matMul(x, p[`${name}/kernel`] as Tensor2D);
  const bias = p[`${name}/bias`];
  return bias ? tf.add(product, bias) : product;
}

/**
 * What LLM nodes know after they gathered from the queries they answered: attention over their edges, tilted by score,
 * of messages made of the query and of what was scored. One without edges keeps what its profile says. `[numLlms,
 * HIDDEN]`
 *
 * @param profiles `[numLlms, dim]`
 */
export function gather(
  tf: TensorFlow,
  p: Record<string, Tensor>,
  profiles: Tensor2D,
  { queries, known, score, advantage }: Support,
): Tensor2D {
  const llm = tf.tanh(layer(tf, p, 'llm', profiles));
  const query = tf.tanh(layer(tf, p, 'query', queries));
  const tilt = p['gather/tilt'] as Tensor2D;
  const match = tf.div(
    tf.matMul(layer(tf, p, 'gather/llm', llm), tf.transpose(layer(tf, p, 'gather/query', query))),
    Math.sqrt(HIDDEN),
  );
  const tilted = tf.add(
    match,
    tf.add(tf.mul(score, tf.slice(tilt, [0, 0], [1, 1])), tf.mul(advantage, tf.slice(tilt, [1, 0], [1, 1]))),
  );
  const attention = tf.mul(tf.softmax(tf.add(tilted, tf.mul(tf.sub(known, 1), 1e4))), known) as Tensor2D;
  const [scored, ahead] = [tf.mul(attention, score), tf.mul(attention, advantage)] as [Tensor2D, Tensor2D];
  const message = [
    tf.matMul(attention, layer(tf, p, 'message/query', query)),
    tf.matMul(scored, layer(tf, p, 'message/score', query)),
    tf.matMul(ahead, layer(tf, p, 'message/advantage', query)),
    layer(tf, p, 'message/edge', tf.concat([tf.sum(scored, 1, true), tf.sum(ahead, 1, true)] as Tensor2D[], 1)),
  ].reduce<Tensor2D>((a, b) => tf.add(a, b), tf.zerosLike(llm));
  return tf.add(llm, tf.mul(message, 4));
}

/**
 * Predicts the edges of queries: each attends to the LLM nodes, and a perceptron reads both ends and their product.
 *
 * @param queries `[n, dim]`
 * @param llms states that {@link gather} made
 * @returns logits `[n, numLlms]`
 */
export function predictEdges(tf: TensorFlow, p: Record<string, Tensor>, queries: Tensor2D, llms: Tensor2D): Tensor2D {
  const own = tf.tanh(layer(tf, p, 'query', queries));
  const attention = tf.softmax(
    tf.div(
      tf.matMul(layer(tf, p, 'attend/query', own), tf.transpose(layer(tf, p, 'attend/llm', llms))),
      Math.sqrt(HIDDEN),
    ),
  ) as Tensor2D;
  const query = tf.add(own, tf.matMul(attention, layer(tf, p, 'attend/value', llms)));
  const [n, numLlms] = [queries.shape[0], llms.shape[0]];
  const pairs = tf.mul(tf.reshape(query, [n, 1, HIDDEN]), tf.reshape(llms, [1, numLlms, HIDDEN]));
  const product = tf.reshape(pairs, [n * numLlms, HIDDEN]) as Tensor2D;
  const ends = tf.add(
    tf.reshape(layer(tf, p, 'edge/query', query as Tensor2D), [n, 1, HIDDEN]),
    tf.reshape(layer(tf, p, 'edge/llm', llms), [1, numLlms, HIDDEN]),
  );
  const joined = tf.add(tf.reshape(ends, [n * numLlms, HIDDEN]), layer(tf, p, 'edge/product', product));
  const hidden = tf.relu(tf.add(joined, p['edge/bias']!)) as Tensor2D;
  return tf.reshape(layer(tf, p, 'out', hidden), [n, numLlms]);
}
