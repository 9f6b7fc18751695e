import type { NodeKind, Relation } from '../../../graph/relations.js';

/** What a node hears from one neighbour. */
export interface Heard {
  relation: Relation;
  kind: NodeKind;
  name: string;
  /** The neighbour's text of the hop before. */
  text: string;
  /**
   * Where the relation is measured: the LLM's score, of how many answers, and by how much it beat the other LLMs here.
   */
  measured?: { score: number; count: number; advantage: number };
}

export interface ComposeRequest {
  kind: NodeKind;
  name: string;
  /** What the node says of itself. */
  own: string;
  /** The most telling first. */
  heard: readonly Heard[];
  /** The text is to be no longer. */
  maxCharacters: number;
}

/** Puts a node's own text and its neighbours' texts into one. */
export interface TextComposer {
  /** Names the composer and its version, in reports. */
  readonly id: string;
  compose(request: ComposeRequest): Promise<string>;
}
