import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/*
 * A real, very small sentence-transformer: ONNX is a protobuf, and this one has a single node, which
 * looks a word's vector up. Mean pooling and scaling are then transformers.js's own.
 */

function varint(number: number): Buffer {
  const low: number[] = [];
  let rest = number;
  for (; rest > 127; rest = Math.floor(rest / 128)) low.push((rest % 128) + 128);
  return Buffer.from([...low, rest]);
}

const integer = (field: number, number: number): Buffer => Buffer.concat([varint(field * 8), varint(number)]);

function bytes(field: number, given: Buffer | string): Buffer {
  const content = Buffer.from(given);
  return Buffer.concat([varint(field * 8 + 2), varint(content.length), content]);
}

const message = (field: number, ...parts: Buffer[]): Buffer => bytes(field, Buffer.concat(parts));

const FLOAT = 1;
const INT64 = 7;

/** A graph's input or output (field 11 or 12); each dimension has a name or a size. */
function port(field: number, name: string, type: number, dims: (string | number)[]): Buffer {
  const shape = dims.map((dim) => message(1, typeof dim === 'string' ? bytes(2, dim) : integer(1, dim)));
  return message(field, bytes(1, name), message(2, message(1, integer(1, type), message(2, ...shape))));
}

/** ONNX model: `last_hidden_state [batch, tokens, dim] = table[input_ids]`, `table` being `[words, dim]`. */
function onnxModel(table: readonly (readonly number[])[]): Buffer {
  const dim = table[0]?.length ?? 0;
  const weights = Buffer.from(Float32Array.from(table.flat()).buffer);
  const graph = message(
    7,
    message(1, bytes(1, 'table'), bytes(1, 'input_ids'), bytes(2, 'last_hidden_state'), bytes(4, 'Gather')),
    bytes(2, 'tiny'),
    message(5, integer(1, table.length), integer(1, dim), integer(2, FLOAT), bytes(8, 'table'), bytes(9, weights)),
    port(11, 'input_ids', INT64, ['batch', 'tokens']),
    port(11, 'attention_mask', INT64, ['batch', 'tokens']),
    port(12, 'last_hidden_state', FLOAT, ['batch', 'tokens', dim]),
  );
  return Buffer.concat([integer(1, 8), graph, message(8, integer(2, 13))]);
}

/** Writes a model folder in which each word has the given vector; other words have zeros. */
export function writeTinyModel(folder: string, words: Readonly<Record<string, readonly number[]>>): void {
  const dim = Object.values(words)[0]?.length ?? 0;
  const zeros = Array.from({ length: dim }, () => 0);
  const vocab = Object.fromEntries(['[PAD]', '[UNK]', ...Object.keys(words)].map((word, id) => [word, id]));
  mkdirSync(join(folder, 'onnx'), { recursive: true });
  writeFileSync(join(folder, 'onnx/model.onnx'), onnxModel([zeros, zeros, ...Object.values(words)]));
  const write = (name: string, content: unknown): void => writeFileSync(join(folder, name), JSON.stringify(content));
  write('config.json', {
    model_type: 'bert',
    architectures: ['BertModel'],
    hidden_size: dim,
    vocab_size: Object.keys(vocab).length,
  });
  write('tokenizer_config.json', {
    tokenizer_class: 'PreTrainedTokenizerFast',
    pad_token: '[PAD]',
    unk_token: '[UNK]',
    model_max_length: 64,
  });
  write('tokenizer.json', {
    version: '1.0',
    truncation: null,
    padding: null,
    added_tokens: [
      { id: 0, content: '[PAD]', single_word: false, lstrip: false, rstrip: false, normalized: false, special: true },
    ],
    normalizer: { type: 'Lowercase' },
    pre_tokenizer: { type: 'Whitespace' },
    post_processor: null,
    decoder: null,
    model: { type: 'WordLevel', vocab, unk_token: '[UNK]' },
  });
}
