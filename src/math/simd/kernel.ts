import { assemble, f32x4, i32, local, loopWhile, v128, type Code, type ValueType } from './assembler.js';

/** Rows of a matrix that are computed together: four registers of four numbers. */
export const PANEL = 16;

/**
 * `y = W x` for a sparse `x`: bytes of the memory where each begins, except for the two counts.
 * `W` lies in panels of {@link PANEL} rows, each `[columns, PANEL]`; `indices` (as i32) and `values` are the columns
 * where `x` is not zero. At least one column, and one panel.
 */
export type Kernel = (
  w: number,
  panelBytes: number,
  indices: number,
  values: number,
  count: number,
  y: number,
  panels: number,
) => void;

const FLOAT = 4;
const LANES = 4;
const REGISTERS = [0, 1, 2, 3] as const;
const PANEL_BYTES = PANEL * FLOAT;

/** The kernel as a module that exports it as `multiply`. */
export function kernelModule(): Uint8Array<ArrayBuffer> {
  const parameters: readonly ValueType[] = ['i32', 'i32', 'i32', 'i32', 'i32', 'i32', 'i32'];
  const [w, panelBytes, indices, values, count, y, panels] = [0, 1, 2, 3, 4, 5, 6];
  const locals: readonly ValueType[] = ['i32', 'i32', 'v128', 'v128', 'v128', 'v128', 'v128'];
  const [at, column, x] = [7, 8, 9];
  const sum = (register: number): number => 10 + register;
  const bytes = (register: number): number => register * LANES * FLOAT;
  const addTo = (variable: number, ...amount: Code[]): Code => [
    local.get(variable),
    amount,
    i32.add,
    local.set(variable),
  ];

  const oneColumn: Code = [
    [
      local.get(indices),
      local.get(at),
      i32.add,
      i32.load(),
      i32.const(Math.log2(PANEL_BYTES)),
      i32.shl,
      local.get(w),
      i32.add,
      local.set(column),
    ],
    [local.get(values), local.get(at), i32.add, v128.load32_splat(), local.set(x)],
    REGISTERS.map((r) => [
      local.get(sum(r)),
      local.get(x),
      local.get(column),
      v128.load(bytes(r)),
      f32x4.mul,
      f32x4.add,
      local.set(sum(r)),
    ]),
    addTo(at, i32.const(FLOAT)),
  ];
  const onePanel: Code = [
    [i32.const(0), local.set(at)],
    REGISTERS.map((r) => [v128.const_zero, local.set(sum(r))]),
    loopWhile(oneColumn, local.get(at), local.get(count), i32.const(Math.log2(FLOAT)), i32.shl, i32.lt_u),
    REGISTERS.map((r) => [local.get(y), local.get(sum(r)), v128.store(bytes(r))]),
    addTo(w, local.get(panelBytes)),
    addTo(y, i32.const(PANEL_BYTES)),
  ];
  const body = loopWhile(onePanel, local.get(panels), i32.const(1), i32.sub, local.tee(panels));
  return assemble({ exported: 'multiply', parameters, locals, body });
}

/** What of WebAssembly is used here: TypeScript knows it only with the DOM. */
interface WebAssemblyApi {
  Memory: new (limits: { initial: number }) => { buffer: ArrayBuffer };
  Module: new (bytes: Uint8Array) => object;
  Instance: new (module: object, imports: object) => { exports: Record<string, unknown> };
  validate(bytes: Uint8Array): boolean;
}

const PAGE = 65_536;

/** Memory for the kernel, and the kernel on it. */
export interface KernelMemory {
  buffer: ArrayBuffer;
  kernel: Kernel;
}

let compiled: object | null | undefined;

/** `bytes` of zeroed memory with the kernel on it; null where there is no WebAssembly with vectors. */
export function kernelMemory(bytes: number): KernelMemory | null {
  const { WebAssembly: api } = globalThis as { WebAssembly?: WebAssemblyApi };
  if (api === undefined) return null;
  if (compiled === undefined) {
    const module = kernelModule();
    compiled = api.validate(module) ? new api.Module(module) : null;
  }
  if (compiled === null) return null;
  const memory = new api.Memory({ initial: Math.max(1, Math.ceil(bytes / PAGE)) });
  const { exports } = new api.Instance(compiled, { env: { memory } });
  return { buffer: memory.buffer, kernel: exports['multiply'] as Kernel };
}

/**
 * The same on plain arrays, rounded after each step as the kernel rounds. `memory` holds all that the addresses name.
 */
export function plainKernel(memory: ArrayBuffer): Kernel {
  const [floats, ints] = [new Float32Array(memory), new Int32Array(memory)];
  const { fround } = Math;
  return (w, panelBytes, indices, values, count, y, panels) => {
    for (let row = 0; row < panels * PANEL; row += LANES) {
      const first = (w + Math.floor(row / PANEL) * panelBytes) / FLOAT + (row % PANEL);
      let [s0, s1, s2, s3] = [0, 0, 0, 0];
      for (let k = 0; k < count; k++) {
        const at = first + ints[indices / FLOAT + k]! * PANEL;
        const x = floats[values / FLOAT + k]!;
        s0 = fround(s0 + fround(x * floats[at]!));
        s1 = fround(s1 + fround(x * floats[at + 1]!));
        s2 = fround(s2 + fround(x * floats[at + 2]!));
        s3 = fround(s3 + fround(x * floats[at + 3]!));
      }
      floats.set([s0, s1, s2, s3], y / FLOAT + row);
    }
  };
}
