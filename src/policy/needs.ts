import type { CallNeeds } from '../protocol/types.js';
import type { LlmProfile, MODALITIES } from '../schema/profile.js';
import type { Exclusion } from './constraints.js';

/** What a call asks of whoever gets it, besides the rules. */
export interface CallDemands {
  needs: CallNeeds;
  /** Most tokens that its answer may have; null where nothing is said. */
  maxOutputTokens: number | null;
  /** Why an LLM can't be called at all; undefined where it can. */
  uncallable(model: string): string | undefined;
}

/** What an LLM declares that meets each need: a capability, or that it reads such a thing. */
const MET_BY: Record<keyof CallNeeds, { capability: string; modality?: (typeof MODALITIES)[number] }> = {
  tools: { capability: 'tools' },
  images: { capability: 'vision', modality: 'image' },
  audio: { capability: 'audio', modality: 'audio' },
  files: { capability: 'file', modality: 'file' },
  json: { capability: 'json' },
};
const NEEDS = Object.keys(MET_BY) as (keyof CallNeeds)[];

/** The first need that an LLM does not meet; undefined where it meets all. What declares nothing is let through. */
function lacking(wanted: readonly (keyof CallNeeds)[], profile: LlmProfile): string | undefined {
  const { capabilities = [], modalities = [] } = profile;
  for (const need of wanted) {
    const { capability, modality } = MET_BY[need];
    if (capabilities.includes(capability)) continue;
    if (modality === undefined) {
      if (capabilities.length > 0) return `it does not declare the capability ${capability}`;
      continue;
    }
    if (modalities.includes(modality) || (capabilities.length === 0 && modalities.length === 0)) continue;
    return `it declares neither the capability ${capability} nor the modality ${modality}`;
  }
  return undefined;
}

/** Why an LLM can't serve a call, if it can't: it can't be called at all, or lacks what the call needs. */
export function unableFor({
  needs,
  uncallable,
}: CallDemands): (profile: LlmProfile) => Pick<Exclusion, 'constraint' | 'reason'> | undefined {
  const wanted = NEEDS.filter((need) => needs[need]);
  return (profile) => {
    const reason = uncallable(profile.id);
    if (reason !== undefined) return { constraint: 'deployments', reason: `it can't be called: ${reason}` };
    const lacks = wanted.length === 0 ? undefined : lacking(wanted, profile);
    return lacks === undefined ? undefined : { constraint: 'capabilities', reason: lacks };
  };
}
