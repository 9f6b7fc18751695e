import type { Attribute, Binding, Source, Trace } from './trace.js';

/** A protocol buffer message that `@tensorflow/tfjs-node-gpu` brings the class of. */
interface Message {
  serializeBinary(): Uint8Array;
}

type Setters = Message & Record<string, (value: unknown) => unknown>;
type MessageClass = (new () => Setters) & Record<string, new () => Setters>;

/** Its classes by name: TensorFlow's own messages. */
export type Messages = Record<
  'SavedModel' | 'MetaGraphDef' | 'GraphDef' | 'NodeDef' | 'AttrValue' | 'Tensor' | 'TensorShape' | 'VersionDef',
  MessageClass
>;

/** The tag that the graph is loaded by. */
export const TAG = 'serve';
/** Version of the meaning of graphs: that of TensorFlow 2.9, the first that the addon is built against. */
const PRODUCER = 1087;

const inputName = (input: number): string => `input${input}`;
const nodeName = (node: number): string => `node${node}`;
export const sourceName = (source: Source): string =>
  'input' in source ? `${inputName(source.input)}:0` : `${nodeName(source.node)}:${source.output}`;

/** A traced computation as a `saved_model.pb` whose placeholders are named by {@link sourceName}. */
export function encodeGraph({ inputs, nodes }: Trace, binding: Binding, messages: Messages): Uint8Array {
  const made = (name: keyof Messages, values: Record<string, unknown>): Setters => filled(new messages[name](), values);
  const part = (of: keyof Messages, name: string, values: Record<string, unknown>): Setters =>
    filled(new messages[of][name]!(), values);
  const shaped = (shape: readonly number[]): Setters =>
    made('TensorShape', { setDimList: shape.map((size) => part('TensorShape', 'Dim', { setSize: size })) });
  const oneOrMany = (setter: string, value: Attribute['value']): Record<string, unknown> =>
    Array.isArray(value)
      ? { setList: part('AttrValue', 'ListValue', { [`${setter}List`]: value }) }
      : { [setter]: value };
  const setters: Record<number, (value: Attribute['value']) => Record<string, unknown>> = {
    [binding.TF_ATTR_STRING]: (value) => ({ setS: Buffer.from(value as string).toString('base64') }),
    [binding.TF_ATTR_INT]: (value) => oneOrMany('setI', value),
    [binding.TF_ATTR_FLOAT]: (value) => oneOrMany('setF', value),
    [binding.TF_ATTR_BOOL]: (value) => oneOrMany('setB', value),
    [binding.TF_ATTR_TYPE]: (value) => ({ setType: value }),
    [binding.TF_ATTR_SHAPE]: (value) => ({ setShape: shaped(value as number[]) }),
  };
  const node = (
    name: string,
    op: string,
    from: readonly string[],
    attributes: Record<string, Record<string, unknown>>,
  ): Setters => {
    const out = made('NodeDef', { setName: name, setOp: op, setInputList: from });
    const map = out['getAttrMap']!(undefined) as { set(key: string, value: Setters): void };
    for (const [key, value] of Object.entries(attributes)) map.set(key, made('AttrValue', value));
    return out;
  };
  const placeholders = inputs.map(({ shape, dtype }, i) =>
    node(inputName(i), 'Placeholder', [], { dtype: { setType: dtype }, shape: { setShape: shaped(shape) } }),
  );
  const others = nodes.map((traced, i) => {
    if (traced.kind === 'operation')
      return node(
        nodeName(i),
        traced.op,
        traced.inputs.map(sourceName),
        Object.fromEntries(traced.attributes.map(({ name, type, value }) => [name, setters[type]!(value)])),
      );
    const tensor = made('Tensor', {
      setDtype: traced.dtype,
      setTensorShape: shaped(traced.shape),
      setTensorContent: traced.bytes,
    });
    return node(nodeName(i), 'Const', [], { dtype: { setType: traced.dtype }, value: { setTensor: tensor } });
  });
  const graph = made('GraphDef', {
    setNodeList: [...placeholders, ...others],
    setVersions: made('VersionDef', { setProducer: PRODUCER }),
  });
  const meta = made('MetaGraphDef', {
    setMetaInfoDef: part('MetaGraphDef', 'MetaInfoDef', { setTagsList: [TAG] }),
    setGraphDef: graph,
  });
  return made('SavedModel', { setSavedModelSchemaVersion: 1, setMetaGraphsList: [meta] }).serializeBinary();
}

function filled(message: Setters, values: Record<string, unknown>): Setters {
  for (const [setter, value] of Object.entries(values)) message[setter]!(value);
  return message;
}
