import { z } from 'zod';
import { isObject } from '../base/object.js';
import { DomainId, LlmId, TaskId } from '../schema/ids.js';
import { LEARNING_CONFIGS, LlmProfile, type TaskType } from '../schema/profile.js';
import { formatDuration, parseDuration, rounded } from './duration.js';

/** Tokens that prices are for. */
const MILLION = 1e6;

const Duration = z
  .string('expected a duration such as 1.2s or 850ms')
  .max(100)
  .transform((text, context) => {
    const ms = parseDuration(text);
    if (ms !== undefined) return ms;
    context.addIssue({ code: 'custom', message: 'expected a duration such as 1.2s or 850ms' });
    return z.NEVER;
  });

const TaskTypeBody = z.looseObject({
  granularity: z.string().min(1).max(100).optional(),
  metrics: z.record(z.string().min(1).max(100), z.number().min(-1e9).max(1e9)).optional(),
  domain_suitability: z.array(DomainId).max(100).optional(),
});

/** Facts of ours that a RouteProfile document may have beside its own fields. */
const {
  id: _id,
  task_types: _tasks,
  learning_config: _learning,
  extra: _extra,
  capabilities: features,
  ...ours
} = LlmProfile.shape;

/** A profile as RouteProfile writes it. Fields that it does not know are kept. */
export const RouteProfile = z
  .looseObject({
    model_id: LlmId,
    capabilities: z
      .looseObject({
        task_types: z
          .array(
            z
              .record(TaskId, TaskTypeBody.nullable())
              .refine((one) => Object.keys(one).length === 1, 'expected one kind of work, such as `summarization:`'),
          )
          .max(200)
          .optional(),
        latency_profile: z.looseObject({ p50: Duration.optional(), p90: Duration.optional() }).optional(),
        cost_per_token: z.number().min(0).max(1).optional(),
        features,
      })
      .optional(),
    learning_config: z.enum(LEARNING_CONFIGS).optional(),
    ...ours,
  })
  .meta({ id: 'RouteProfile', description: 'A profile as RouteProfile writes it' });

type Json = Record<string, unknown>;

/** Whether a document is in RouteProfile's form, right or wrong. */
export const isRouteProfile = (value: unknown): boolean =>
  isObject(value) && !('id' in value) && ('model_id' in value || isObject(value['capabilities']));

/** What is left of an object without some of its fields; undefined where that is nothing. */
function without(of: Json | undefined, ...known: string[]): Json | undefined {
  const left = Object.entries(of ?? {}).filter(([key, value]) => !known.includes(key) && value !== undefined);
  return left.length === 0 ? undefined : Object.fromEntries(left);
}

/** The object without fields that are undefined; undefined where none is left. */
const filled = (of: Json): Json | undefined => without(of);

/** The profile that a document declares; what has no field here is its `extra`, where the document has it. */
export function fromRouteProfile(document: z.output<typeof RouteProfile>): LlmProfile {
  const { model_id: id, capabilities, learning_config: learning, ...rest } = document;
  const {
    task_types: types = [],
    latency_profile: latency = {},
    cost_per_token: cost,
    features: can,
  } = capabilities ?? ({} as NonNullable<typeof capabilities>);
  const unknownOf: Json = {};
  const taskTypes = types.map((one): TaskType => {
    const [task, body] = Object.entries(one)[0]! as [TaskType['task'], z.output<typeof TaskTypeBody> | null];
    const { granularity, metrics, domain_suitability: domains } = body ?? {};
    const unknown = without(body ?? {}, 'granularity', 'metrics', 'domain_suitability');
    if (unknown !== undefined) unknownOf[task] = unknown;
    return filled({ task, granularity, metrics, domains }) as TaskType;
  });
  const facts = Object.fromEntries(Object.entries(rest).filter(([field]) => Object.hasOwn(ours, field)));
  const price = cost === undefined ? undefined : rounded(cost * MILLION);
  const extra = filled({
    capabilities: filled({
      ...without(capabilities, 'task_types', 'latency_profile', 'cost_per_token', 'features'),
      task_types: filled(unknownOf),
      latency_profile: without(latency, 'p50', 'p90'),
    }),
    ...without(rest, ...Object.keys(ours)),
  });
  return filled({
    id,
    ...facts,
    input_price: rest.input_price ?? price,
    output_price: rest.output_price ?? price,
    latency_ms: rest.latency_ms ?? latency.p50,
    latency_p90_ms: rest.latency_p90_ms ?? latency.p90,
    task_types: taskTypes.length === 0 ? undefined : taskTypes,
    capabilities: can,
    learning_config: learning,
    extra,
  }) as LlmProfile;
}

/** A profile in RouteProfile's form: {@link fromRouteProfile} of it is the profile again. */
export function toRouteProfile(profile: LlmProfile): Json {
  const {
    id,
    task_types: types,
    latency_ms: p50,
    latency_p90_ms: p90,
    input_price: input,
    output_price: output,
    learning_config: learning,
    capabilities: can,
    extra = {},
    ...facts
  } = profile;
  const { capabilities: more, ...others } = extra as Json;
  const { task_types: moreOf, latency_profile: moreLatency, ...moreCapabilities } = isObject(more) ? more : {};
  const onePrice = input !== undefined && input === output;
  return filled({
    model_id: id,
    ...others,
    capabilities: filled({
      ...moreCapabilities,
      task_types: types?.map(({ task, granularity, metrics, domains }) => ({
        [task]:
          filled({
            granularity,
            metrics,
            domain_suitability: domains,
            ...(isObject(moreOf) ? (moreOf[task] as Json) : {}),
          }) ?? {},
      })),
      latency_profile: filled({
        p50: p50 === undefined ? undefined : formatDuration(p50),
        p90: p90 === undefined ? undefined : formatDuration(p90),
        ...(isObject(moreLatency) ? moreLatency : {}),
      }),
      cost_per_token: onePrice ? rounded(input / MILLION) : undefined,
      features: can,
    }),
    learning_config: learning,
    ...(onePrice ? {} : { input_price: input, output_price: output }),
    ...facts,
  })!;
}
