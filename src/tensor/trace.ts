import type { Tensor } from '@tensorflow/tfjs';

/** An attribute of an operation, as TensorFlow.js hands it to TensorFlow's library. */
export interface Attribute {
  name: string;
  /** One of the library's `TF_ATTR_…`. */
  type: number;
  value: number | boolean | string | number[];
}

interface Output {
  id: number;
  shape: number[];
  /** One of the library's data types. */
  dtype: number;
}

/** The addon of `@tensorflow/tfjs-node-gpu`, as far as it is called here. */
export interface Binding {
  TF_ATTR_STRING: number;
  TF_ATTR_INT: number;
  TF_ATTR_FLOAT: number;
  TF_ATTR_BOOL: number;
  TF_ATTR_TYPE: number;
  TF_ATTR_SHAPE: number;
  TF_FLOAT: number;
  executeOp(name: string, attributes: Attribute[], inputs: number[], outputs: number): Output[];
  createTensor(shape: number[], dtype: number, values: Uint8Array | Int32Array | Float32Array): number;
  tensorDataSync(id: number): unknown;
  loadSavedModel(folder: string, tags: string): number;
  deleteSavedModel(session: number): void;
  runSavedModel(session: number, inputs: number[], inputNames: string, outputNames: string): Output[];
}

/** The backend of `@tensorflow/tfjs-node-gpu`, as far as it is called here. */
export interface NativeBackend {
  binding: Binding;
  /** Takes the values of a new tensor, which go to the library when an operation first reads them. */
  move(dataId: object, values: object, ...rest: unknown[]): void;
  getInputTensorIds(tensors: readonly Tensor[]): number[];
  createOutputTensor(output: Output): Tensor;
  executeSingleOutput(op: string, attributes: Attribute[], inputs: Tensor[]): Tensor;
}

/** Where a value comes from: an input by place, or a node and which of its outputs. */
export type Source = { input: number } | { node: number; output: number };

export type TracedNode =
  | { kind: 'constant'; shape: number[]; dtype: number; bytes: Uint8Array }
  | { kind: 'operation'; op: string; attributes: Attribute[]; inputs: Source[] };

/** The operations of a computation, in the order in which they ran. */
export interface Trace {
  inputs: { shape: number[]; dtype: number }[];
  nodes: TracedNode[];
  outputs: Source[];
}

/**
 * Runs `body`, and writes down every operation that it has TensorFlow do, those of gradients too.
 *
 * @param inputs the only tensors that are made outside `body` and read in it
 * @throws Error when it reads another, or a tensor's values
 */
export function traceOperations(
  backend: NativeBackend,
  inputs: readonly Tensor[],
  body: () => Tensor[],
): { trace: Trace; outputs: Tensor[] } {
  const { binding, move } = backend;
  for (const { dtype } of inputs) if (dtype !== 'float32') refuse(`an input of type ${dtype}`);
  const sources = new Map<number, Source>(backend.getInputTensorIds(inputs).map((id, input) => [id, { input }]));
  const nodes: TracedNode[] = [];
  const written = new WeakSet<object>();
  const sourceOf = (id: number): Source => sources.get(id) ?? refuse('a tensor that is not among its inputs');
  const recorder: Pick<Binding, 'executeOp' | 'createTensor' | 'tensorDataSync'> = {
    executeOp(op: string, attributes: Attribute[], from: number[], outputs: number): Output[] {
      const made = binding.executeOp(op, attributes, from, outputs);
      const node = nodes.push({ kind: 'operation', op, attributes, inputs: from.map(sourceOf) }) - 1;
      made.forEach(({ id }, output) => sources.set(id, { node, output }));
      return made;
    },
    createTensor(shape: number[], dtype: number, values: Uint8Array | Int32Array | Float32Array): number {
      if (!written.has(values)) refuse('a tensor that is not among its inputs');
      const id = binding.createTensor(shape, dtype, values);
      const bytes = new Uint8Array(values.buffer, values.byteOffset, values.byteLength).slice();
      sources.set(id, { node: nodes.push({ kind: 'constant', shape, dtype, bytes }) - 1, output: 0 });
      return id;
    },
    tensorDataSync: () => refuse('the values of a tensor'),
  };
  // The addon's own properties can't be written to.
  backend.binding = Object.create(binding, Object.getOwnPropertyDescriptors(recorder)) as Binding;
  backend.move = (dataId, values, ...rest) => {
    written.add(values);
    move.call(backend, dataId, values, ...rest);
  };
  try {
    const outputs = body();
    const trace = {
      inputs: inputs.map((tensor) => ({ shape: tensor.shape, dtype: binding.TF_FLOAT })),
      nodes,
      outputs: backend.getInputTensorIds(outputs).map(sourceOf),
    };
    return { trace, outputs };
  } finally {
    backend.binding = binding;
    backend.move = move;
  }
}

function refuse(what: string): never {
  throw new Error(`A computation that is to be compiled reads ${what}`);
}
