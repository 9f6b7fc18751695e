import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Tensor } from '@tensorflow/tfjs';
import type { TensorFlow } from './types.js';
import { encodeGraph, sourceName, TAG, type Messages } from './graph-def.js';
import { traceOperations, type NativeBackend, type Trace } from './trace.js';

/** A computation that is done again and again. */
export interface Compiled {
  /**
   * What `body` answers, for the caller to dispose. It is run once for each set of shapes of `inputs`, which must be
   * all that it reads; after that TensorFlow computes the same from its graph.
   */
  run(inputs: readonly Tensor[], body: () => Tensor[]): Tensor[];
  dispose(): void;
}

const messagesOf = new WeakMap<TensorFlow, Messages>();

/** Has what is compiled on this TensorFlow run as a graph; `messages` are the addon's. */
export function registerGraphs(tf: TensorFlow, messages: Messages): void {
  messagesOf.set(tf, messages);
}

/**
 * On TensorFlow's library a computation of hundreds of small operations takes twice as long as their work: each is
 * called from JavaScript. As a graph, which tracing one run of it gives (as `tf.function` of Python does), it is called
 * once. Other backends run the body every time.
 */
export function createCompiled(tf: TensorFlow): Compiled {
  const messages = messagesOf.get(tf);
  if (messages === undefined) return { run: (_inputs, body) => tf.tidy(body), dispose: () => undefined };
  const backend = tf.backend() as unknown as NativeBackend;
  const graphs = new Map<string, Graph>();
  return {
    run(inputs, body) {
      const shapes = inputs.map((tensor) => tensor.shape.join()).join(' ');
      const graph = graphs.get(shapes);
      if (graph !== undefined) return graph.run(inputs);
      let trace: Trace;
      const outputs = tf.tidy(() => {
        const traced = traceOperations(backend, inputs, body);
        trace = traced.trace;
        return traced.outputs;
      });
      graphs.set(shapes, openGraph(backend, trace!, messages));
      return outputs;
    },
    dispose() {
      for (const graph of graphs.values()) graph.close();
      graphs.clear();
    },
  };
}

interface Graph {
  run(inputs: readonly Tensor[]): Tensor[];
  close(): void;
}

function openGraph(backend: NativeBackend, trace: Trace, messages: Messages): Graph {
  const folder = mkdtempSync(join(tmpdir(), 'pointsman-graph-'));
  try {
    writeFileSync(join(folder, 'saved_model.pb'), encodeGraph(trace, backend.binding, messages));
    const session = backend.binding.loadSavedModel(folder, TAG);
    const inputs = trace.inputs.map((_, input) => sourceName({ input })).join();
    const outputs = trace.outputs.map(sourceName).join();
    return {
      run: (from) =>
        backend.binding
          .runSavedModel(session, backend.getInputTensorIds(from), inputs, outputs)
          .map((output) => backend.createOutputTensor(output)),
      close: () => backend.binding.deleteSavedModel(session),
    };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
