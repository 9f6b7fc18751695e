import { BACKSLASH, BRACE, COMMA, QUOTE, skipBlank, skipString, skipValue } from './splice/scan.js';

/**
 * What becomes of one member: gets the JSON text of its value, undefined where the object has no such member; gives its
 * new JSON text, null to take the member out, undefined to leave all as it is.
 */
export type Change = (old: string | undefined) => string | null | undefined;

/** A member, by the names that lead to it from the whole text, and its change. No path goes on from another. */
export type Edit = readonly [path: readonly [string, ...string[]], change: Change];

interface Node {
  name: string;
  change: Change | undefined;
  below: Node[];
}

/** Text from `from` to `to` that is replaced. */
interface Cut {
  from: number;
  to: number;
  by: string;
}

function treeOf(edits: readonly Edit[]): Node[] {
  const roots: Node[] = [];
  for (const [path, change] of edits) {
    let level = roots;
    for (let i = 0; i < path.length; i++) {
      const name = path[i] as string;
      let node = level.find((one) => one.name === name);
      if (node === undefined) level.push((node = { name, change: undefined, below: [] }));
      if (i === path.length - 1) node.change = change;
      level = node.below;
    }
  }
  return roots;
}

/** One pass over one text. */
class Pass {
  readonly #text: string;
  readonly #cuts: Cut[] = [];
  #inOrder = true;

  constructor(text: string) {
    this.#text = text;
  }

  /** Notes the changes of the object whose brace is at `start`; gives where it ends. */
  object(start: number, nodes: readonly Node[]): number {
    const text = this.#text;
    const found: Node[] = [];
    /** End of the last member that stays; -1 before the first. */
    let kept = -1;
    let at = skipBlank(text, start + 1);
    while (text.charCodeAt(at) === QUOTE) {
      const nameEnd = skipString(text, at);
      const valueStart = skipBlank(text, skipBlank(text, nameEnd) + 1);
      const node = this.#named(at + 1, nameEnd - 1, nodes);
      const goesOn = node !== undefined && node.below.length > 0 && text.charCodeAt(valueStart) === BRACE;
      const end = goesOn ? this.object(valueStart, node.below) : skipValue(text, valueStart);
      const next = skipBlank(text, end);
      const isLast = text.charCodeAt(next) !== COMMA;
      let stays = true;
      if (node?.change !== undefined) {
        found.push(node);
        const by = node.change(text.slice(valueStart, end));
        stays = by !== null;
        if (by === null) this.#remove(at, end, isLast ? undefined : next + 1, kept);
        else if (by !== undefined) this.#cuts.push({ from: valueStart, to: end, by });
      }
      if (stays) kept = end;
      at = isLast ? next : skipBlank(text, next + 1);
    }
    if (found.length < nodes.length) this.#insert(start + 1, nodes, found, kept >= 0);
    return at + 1;
  }

  /** The text with its changes. */
  result(): string {
    if (this.#cuts.length === 0) return this.#text;
    let out = '';
    let at = 0;
    if (!this.#inOrder) this.#cuts.sort((a, b) => a.from - b.from || a.to - b.to);
    for (const { from, to, by } of this.#cuts) {
      out += this.#text.slice(at, from) + by;
      at = to;
    }
    return out + this.#text.slice(at);
  }

  /** Whose name stands from `from` to `to`, escapes in it or not. */
  #named(from: number, to: number, nodes: readonly Node[]): Node | undefined {
    const text = this.#text;
    for (const node of nodes) if (node.name.length === to - from && text.startsWith(node.name, from)) return node;
    for (let i = from; i < to; i++)
      if (text.charCodeAt(i) === BACKSLASH) {
        const name: unknown = JSON.parse(text.slice(from - 1, to + 1));
        return nodes.find((node) => node.name === name);
      }
    return undefined;
  }

  /** Takes out a member and the comma behind it; the last one, and all that is between it and the last that stays. */
  #remove(from: number, end: number, behindComma: number | undefined, kept: number): void {
    if (behindComma !== undefined || kept < 0) {
      this.#cuts.push({ from, to: behindComma ?? end, by: '' });
      return;
    }
    while (this.#cuts.length > 0 && (this.#cuts.at(-1) as Cut).from >= kept) this.#cuts.pop();
    this.#cuts.push({ from: kept, to: end, by: '' });
  }

  #insert(at: number, nodes: readonly Node[], found: readonly Node[], beforeOthers: boolean): void {
    const members: string[] = [];
    for (const node of nodes) {
      const value = found.includes(node) ? undefined : node.change?.(undefined);
      if (typeof value === 'string') members.push(`${JSON.stringify(node.name)}:${value}`);
    }
    if (members.length === 0) return;
    this.#cuts.push({ from: at, to: at, by: members.join(',') + (beforeOthers ? ',' : '') });
    // It stands before members that were looked at by now.
    this.#inOrder = false;
  }
}

/**
 * Makes a function that edits texts of JSON and leaves all their other characters as they are. Members that are new
 * come first in their object; one whose parent is no object is not made. Where a name stands twice in an object, both
 * are edited, so that whoever reads the text next sees the same, whichever it takes. The texts have to be valid; one
 * that is no object is left alone.
 */
export function createSplice(edits: readonly Edit[]): (text: string) => string {
  const nodes = treeOf(edits);
  return (text) => {
    const start = skipBlank(text, 0);
    if (text.charCodeAt(start) !== BRACE) return text;
    const pass = new Pass(text);
    pass.object(start, nodes);
    return pass.result();
  };
}
