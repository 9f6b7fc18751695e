import type { Tensor1D, Tensor2D, TensorFlow } from '../tensor/types.js';

type StateKind = 'llm' | 'family' | 'task' | 'domain';

/**
 * Who hears from whom. `matrix` names the weights `[to, from]` that messages are summed by. Messages from queries are
 * summed over mini-batches of them beforehand, so they come as states of their own: `llmQueries`, `taskQueries`.
 */
export const MESSAGES = [
  { name: 'family-llm', to: 'llm', from: 'family', matrix: 'llmFamily' },
  { name: 'task-llm', to: 'llm', from: 'task', matrix: 'llmTask' },
  { name: 'benchmark-llm', to: 'llm', from: 'task', matrix: 'llmBenchmark' },
  { name: 'query-llm', to: 'llm', from: 'llmQueries', matrix: null },
  { name: 'llm-family', to: 'family', from: 'llm', matrix: 'familyLlm' },
  { name: 'domain-task', to: 'task', from: 'domain', matrix: 'taskDomain' },
  { name: 'query-task', to: 'task', from: 'taskQueries', matrix: null },
  { name: 'task-domain', to: 'domain', from: 'task', matrix: 'domainTask' },
] as const;

type MatrixName = Exclude<(typeof MESSAGES)[number]['matrix'], null>;

/** Everything that is summed by: `[to, from]` each. */
export type MessageMatrices = Record<MatrixName, Tensor2D>;

export interface NodeStates {
  llm: Tensor2D;
  family: Tensor2D;
  task: Tensor2D;
  domain: Tensor2D;
}

/** Sums over logged queries, `[numLlms, hidden]` and `[numTasks, hidden]`. */
export interface QuerySums {
  llmQueries: Tensor2D;
  taskQueries: Tensor2D;
}

/** What one hop reads. */
export interface HopInput {
  parameters(name: string): Tensor2D;
  states: NodeStates;
  sums: QuerySums;
  matrices: MessageMatrices;
}

/**
 * One hop of typed message passing. For a node v of each kind, with m_r the message of relation r:
 *
 *     m_r  = (Σ_u w_vu · h_u) · W_r
 *     a_r  = softmax over r of  q · tanh(m_r)        (semantic attention, HAN: arXiv 1903.07293, per node)
 *     h'_v = h_v + tanh(Σ_r a_r · m_r + b)
 *
 * `parameters` are this hop's, by their names without `hopN/`. Kinds without nodes are passed on as they are.
 */
export function messagePassing(tf: TensorFlow, { parameters, states, sums, matrices }: HopInput): NodeStates {
  const next = { ...states };
  for (const kind of Object.keys(states) as StateKind[]) {
    const size = states[kind].shape[0];
    if (size === 0) continue;
    const messages = MESSAGES.filter(
      (m) => m.to === kind && (m.from === 'llmQueries' || m.from === 'taskQueries' || states[m.from].shape[0] > 0),
    ).map((m) => {
      const summed =
        m.matrix === null
          ? sums[m.from as keyof QuerySums]
          : tf.matMul(matrices[m.matrix], states[m.from as StateKind]);
      return tf.matMul(summed, parameters(`${m.name}/kernel`));
    });
    if (messages.length === 0) continue;
    const query = parameters(`${kind}/attention`);
    const attention = tf.softmax(
      tf.concat(
        messages.map((m) => tf.sum(tf.mul(tf.tanh(m), query), 1, true)),
        1,
      ),
    ) as Tensor2D;
    const mixed = messages
      .map((m, r) => tf.mul(m, tf.slice(attention, [0, r], [size, 1])))
      .reduce((a, b) => tf.add(a, b));
    next[kind] = tf.add(states[kind], tf.tanh(tf.add(mixed, parameters(`${kind}/bias`) as unknown as Tensor1D)));
  }
  return next;
}
