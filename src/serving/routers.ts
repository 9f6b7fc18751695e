import { PointsmanError } from '../base/errors.js';
import type { TrainedModel } from '../artifact/model.js';
import { LEARNED_ROUTER } from '../learned/name.js';
import { checkKinds, checkLearned } from '../learned/serve/check.js';
import { createKindReader, likeliestKinds } from '../learned/serve/kinds.js';
import { createLearnedScorer } from '../learned/serve/trained.js';
import { BASELINES } from '../router/baselines.js';
import { checkBaseline, createBaselineScorer } from '../scoring/baseline.js';
import type { ScorerParts, Scorer } from '../scoring/types.js';

/** A router that can serve from an artifact. */
export interface ServedRouter {
  /** Names it in artifacts and decisions. */
  readonly name: string;
  /** What it is, in a few words. */
  readonly title: string;
  /** Whether training makes it from profiles; one that isn't only serves where it was better than those. */
  readonly trainable: boolean;
  /** Throws `artifact_damaged` unless {@link open} can read the model; `where` names the artifact in the message. */
  check(model: TrainedModel, where: string): void;
  open(parts: ScorerParts): Promise<Scorer>;
}

/** Every router that can serve. */
export const SERVED_ROUTERS: readonly ServedRouter[] = [
  {
    name: LEARNED_ROUTER,
    title: 'learned profile',
    trainable: true,
    check: checkLearned,
    open: createLearnedScorer,
  },
  ...BASELINES.map((baseline): ServedRouter => ({
    name: baseline.name,
    title: baseline.title,
    trainable: false,
    check(model, where) {
      checkBaseline(baseline, model, where);
      checkKinds(model, where);
    },
    async open(parts) {
      const reader = createKindReader(parts.model);
      const scorer = createBaselineScorer(baseline, parts);
      return {
        ...scorer,
        ...reader,
        explain: (query, vector, task) => ({
          ...scorer.explain(query, vector, task),
          kinds: likeliestKinds(reader, vector),
        }),
      };
    },
  })),
];

/** The served router of a name; undefined where there is none. */
export function servedRouter(name: string): ServedRouter | undefined {
  return SERVED_ROUTERS.find((router) => router.name === name);
}

/** Whether artifacts of this router are what training makes, so that it can go on from them. */
export const isTrainable = (name: string): boolean => servedRouter(name)?.trainable ?? false;

/** Throws `artifact_damaged` unless the model's router is known and can read its tables. */
export function checkModel(model: TrainedModel, where: string): void {
  const router = servedRouter(model.names.router);
  if (router === undefined)
    throw new PointsmanError(
      'artifact_damaged',
      `${where}: router: expected one of ${SERVED_ROUTERS.map((r) => r.name).join(', ')}, got ` +
        `${JSON.stringify(model.names.router)}`,
    );
  router.check(model, where);
}

/** The scorer of a model that was checked. */
export async function openScorer(parts: ScorerParts): Promise<Scorer> {
  return servedRouter(parts.model.names.router)!.open(parts);
}
