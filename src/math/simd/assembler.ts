/**
 * As much of WebAssembly's binary format (https://webassembly.github.io/spec/core/binary/) as one function over an
 * imported memory takes. Instructions have the names of the text format; each is the bytes that it comes to.
 */

/** Bytes, in pieces of any depth. */
export type Code = number | readonly Code[];

const bytesOf = (code: Code): number[] => (typeof code === 'number' ? [code] : code.flatMap(bytesOf));

/** LEB128 of a whole number that is not negative. */
function unsigned(n: number): number[] {
  return n < 0x80 ? [n] : [(n & 0x7f) | 0x80, ...unsigned(n >>> 7)];
}

/** LEB128 of a 32-bit number with its sign. */
function signed(n: number): number[] {
  return n >= -0x40 && n < 0x40 ? [n & 0x7f] : [(n & 0x7f) | 0x80, ...signed(n >> 7)];
}

/** A vector of the format: how many things there are, then the things. */
const counted = (things: readonly Code[]): Code => [unsigned(things.length), things];
const sized = (code: Code): Code => counted(bytesOf(code));
const section = (id: number, content: Code): Code => [id, sized(content)];
const name = (text: string): Code => counted([...new TextEncoder().encode(text)]);

const TYPES = { i32: 0x7f, v128: 0x7b } as const;
export type ValueType = keyof typeof TYPES;

/** Alignment, as the logarithm of bytes, and offset of a load or store. */
const memoryAt = (align: number, offset: number): Code => [align, unsigned(offset)];
const vector = (opcode: number): Code => [0xfd, unsigned(opcode)];

const EMPTY_BLOCK = 0x40;
export const i32 = {
  const: (n: number): Code => [0x41, signed(n)],
  load: (offset = 0): Code => [0x28, memoryAt(2, offset)],
  add: 0x6a,
  sub: 0x6b,
  shl: 0x74,
  lt_u: 0x49,
} as const;
export const v128 = {
  load: (offset = 0): Code => [vector(0), memoryAt(4, offset)],
  load32_splat: (offset = 0): Code => [vector(9), memoryAt(2, offset)],
  store: (offset = 0): Code => [vector(11), memoryAt(4, offset)],
  const_zero: [vector(12), Array.from({ length: 16 }, () => 0)] as Code,
} as const;
export const f32x4 = { add: vector(228), mul: vector(230) } as const;
export const local = {
  get: (i: number): Code => [0x20, unsigned(i)],
  set: (i: number): Code => [0x21, unsigned(i)],
  tee: (i: number): Code => [0x22, unsigned(i)],
} as const;
/** Runs `body`, and again as long as it leaves something else than 0 on the stack. */
export const loopWhile = (...body: Code[]): Code => [0x03, EMPTY_BLOCK, body, 0x0d, 0, 0x0b];

/** What a module is made of: it exports one function without results, and imports its memory as `env.memory`. */
export interface FunctionParts {
  exported: string;
  parameters: readonly ValueType[];
  /** Numbered on from the parameters. */
  locals: readonly ValueType[];
  body: Code;
}

export function assemble({ exported, parameters, locals, body }: FunctionParts): Uint8Array<ArrayBuffer> {
  const types = (list: readonly ValueType[]): number[] => list.map((type) => TYPES[type]);
  const one = (content: Code): Code => counted([content]);
  return Uint8Array.from(
    bytesOf([
      [...new TextEncoder().encode('\0asm')],
      [1, 0, 0, 0],
      section(1, one([0x60, counted(types(parameters)), counted([])])),
      section(2, one([name('env'), name('memory'), 0x02, 0x00, unsigned(1)])),
      section(3, one(0)),
      section(7, one([name(exported), 0x00, 0])),
      section(10, one(sized([counted(locals.map((type) => [1, TYPES[type]])), body, 0x0b]))),
    ]),
  );
}
