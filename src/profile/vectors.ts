/** Profiles of all LLMs as a router reads them, and how a query is placed beside them. */
export interface ProfileVectors {
  /** Dimension of the space that LLMs and queries share. */
  readonly dim: number;
  /** `[numLlms]` vectors `[dim]`. */
  readonly llms: readonly Float32Array[];
  /** An encoded query `[data.dim]` in the profiles' space `[dim]`. */
  place(query: Float32Array): Float32Array;
  /** What each profile says, where it is a text. */
  readonly texts?: readonly string[];
}
