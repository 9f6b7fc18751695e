import { z } from 'zod';
import { PointsmanError } from '../../base/errors.js';
import type { LlmId } from '../../schema/ids.js';
import { KnownProfile } from '../../schema/known-profile.js';
import { MetricSettings } from '../../schema/metric.js';
import { LlmProfile } from '../../schema/profile.js';
import { CatalogSettings } from '../../schema/catalog.js';
import type { Caller } from '../../live/keys.js';
import { allPolicies } from '../../policy/named.js';
import { APIS } from '../../protocol/types.js';
import type { Calling } from '../../providers/types.js';
import type { Context } from '../context.js';
import { knownProfile } from '../../catalog/known.js';
import { profileSchema, PROFILE_SCHEMA_PATH } from '../../catalog/json-schema.js';
import { profileFrom } from '../../catalog/read.js';
import { isRouteProfile, RouteProfile } from '../../catalog/routeprofile.js';
import { parse } from '../../schema/parse.js';
import { valueReply } from '../kit/answer.js';
import { operation, requiredBody, type Operation } from '../kit/operation.js';
import { llmParam, modelNotFound } from './llm.js';
import { settingsOperations } from './settings.js';

/** Most LLMs that nobody declared which are listed. */
const UNDECLARED = 100;

/** Longest profile, in bytes: checking a body of many fields takes its time. */
const MAX_PROFILE_BYTES = 128 * 1024;
/** Most fields of a profile, those within others counted: each that is wrong costs more than all the rest. */
const MAX_PROFILE_FIELDS = 2_000;

/** An entry as OpenAI's clients and Anthropic's read it. */
const ListedModel = z
  .strictObject({
    id: z.string().describe('`auto`, `auto:<policy>`, or an LLM that can be called'),
    object: z.literal('model'),
    created: z.int(),
    owned_by: z.string(),
    type: z.literal('model'),
    display_name: z.string(),
    created_at: z.string(),
  })
  .meta({ id: 'ListedModel', description: 'What `model` of a call may be' });

const ModelList = z
  .strictObject({
    object: z.literal('list'),
    data: z.array(ListedModel).describe('What `model` of a call may be, in the form of OpenAI’s and Anthropic’s lists'),
    has_more: z.literal(false),
    first_id: z.string(),
    last_id: z.string(),
    models: z.array(LlmProfile).describe('The profiles; none for a key without the scope `read`'),
    undeclared: z
      .strictObject({ count: z.int(), ids: z.array(z.string()).max(UNDECLARED).describe('The first of them, by id') })
      .optional()
      .describe(
        'LLMs that feedback named and nobody declared: PUT /v1/models/{id} (`{}` will do) makes one a candidate, ' +
          'DELETE forgets it. Left out where there is none',
      ),
  })
  .meta({ id: 'ModelList', description: 'All LLMs of the catalogue' });
/** A profile as it is put: the id is the path's, and may be left out. */
const OwnBody = LlmProfile.partial({ id: true }).meta({
  id: 'LlmProfileBody',
  description: 'Declared facts of one LLM; `id` is the path’s, and may be left out',
});
const ProfileBody = z.union([OwnBody, RouteProfile]).meta({ id: 'DeclaredProfile' });

const declaredIn = (value: unknown): Partial<LlmProfile> =>
  isRouteProfile(value) ? profileFrom(value, 'invalid_request').profile : parse(OwnBody, value);

function fieldsIn(value: unknown): number {
  if (typeof value !== 'object' || value === null) return 0;
  const own = Object.values(value);
  return own.reduce((sum: number, one) => sum + fieldsIn(one), Array.isArray(value) ? 0 : own.length);
}

/** Throws `invalid_request` for a profile of too many fields. */
function checkFields(value: unknown): void {
  const fields = fieldsIn(value);
  if (fields <= MAX_PROFILE_FIELDS) return;
  const issue = { field: '', expected: `at most ${MAX_PROFILE_FIELDS} fields`, received: String(fields) };
  throw new PointsmanError('invalid_request', `The profile: expected ${issue.expected}, got ${issue.received}`, {
    issues: [issue],
  });
}

/** What a GET answered may be put again: what was learned is not declared. */
function withoutLearned(value: unknown): unknown {
  if (typeof value !== 'object' || value === null || !('learned' in value)) return value;
  const { learned: _learned, ...declared } = value;
  return declared;
}

/** The profile that a PUT sets. Throws `invalid_request` where the body's id is another than the path's. */
function profileOf(id: LlmId, declared: Partial<LlmProfile>): LlmProfile {
  if (declared.id === undefined || declared.id === id) return { ...declared, id };
  const issue = {
    field: 'id',
    expected: `the path's id ${JSON.stringify(id)}, or none`,
    received: JSON.stringify(declared.id),
  };
  throw new PointsmanError('invalid_request', `id: expected ${issue.expected}, got ${issue.received}`, {
    issues: [issue],
  });
}

/** When LLMs were made is not known. */
const MADE = { created: 0, created_at: new Date(0).toISOString() } as const;

/** What `model` of a call may be: `auto` and the policies first, then the LLMs that can be called. */
function listedModels(
  models: readonly LlmProfile[],
  policies: readonly string[],
  caller: Pick<Caller, 'models' | 'policies'>,
  providers: Pick<Calling, 'uncallable'>,
): z.infer<typeof ListedModel>[] {
  const listed = (id: string, owner: string): z.infer<typeof ListedModel> => ({
    id,
    object: 'model',
    owned_by: owner,
    type: 'model',
    display_name: id,
    ...MADE,
  });
  const isCallable = (id: LlmId): boolean =>
    (caller.models?.includes(id) ?? true) && APIS.some((api) => providers.uncallable(id, api) === undefined);
  return [
    listed('auto', 'pointsman'),
    ...policies
      .filter((name) => caller.policies?.includes(name) ?? true)
      .map((name) => listed(`auto:${name}`, 'pointsman')),
    ...models
      .filter(({ id }) => isCallable(id))
      .map(({ id, deployments, family }) => listed(id, family ?? deployments?.[0]?.provider ?? 'pointsman')),
  ];
}

export function modelOperations({
  ledger,
  live,
  history,
  clock,
}: Pick<Context, 'ledger' | 'live' | 'history' | 'clock'>): Operation[] {
  const { catalog, settings } = ledger;
  let schema: string | undefined;
  return [
    ...settingsOperations(settings, {
      path: '/v1/metrics',
      tag: 'models',
      about: 'What the metrics of declared profiles mean',
      kind: 'metrics',
      schema: MetricSettings,
    }),
    ...settingsOperations(settings, {
      path: '/v1/catalog',
      tag: 'models',
      about: 'What becomes of LLMs that nobody declared, and how many LLMs there may be',
      kind: 'catalog',
      schema: CatalogSettings,
    }),
    operation({
      method: 'GET',
      path: PROFILE_SCHEMA_PATH,
      tag: 'models',
      scope: null,
      writes: false,
      summary: 'What a file of profiles may hold, as JSON Schema',
      description: 'For editors: `# yaml-language-server: $schema=http://localhost:8080/v1/schemas/profile.json`.',
      answers: { 200: { description: 'The schema', schema: z.looseObject({ $schema: z.string() }) } },
      errors: [],
      run: () => (schema ??= JSON.stringify(profileSchema())),
    }),
    operation({
      method: 'GET',
      path: '/v1/models',
      tag: 'models',
      scope: 'read',
      writes: false,
      orScope: 'call',
      summary: 'List LLM profiles, and what a call may name',
      yaml: true,
      answers: { 200: { description: 'All profiles, by id', schema: ModelList } },
      errors: [],
      async run({ caller }) {
        const [models, undeclared, policies] = await Promise.all([
          catalog.list(),
          catalog.undeclared(UNDECLARED),
          ledger.policies.list(),
        ]);
        const names = allPolicies(policies).map(({ name }) => name);
        const data = listedModels(models, names, caller, live.providers);
        return {
          object: 'list',
          data,
          has_more: false,
          first_id: data[0]!.id,
          last_id: data.at(-1)!.id,
          models: caller.may('read') ? models : [],
          ...(caller.may('read') && undeclared.count > 0 && { undeclared }),
        };
      },
    }),
    operation({
      method: 'GET',
      path: '/v1/models/{id}',
      tag: 'models',
      scope: 'read',
      writes: false,
      summary: 'Read an LLM profile',
      params: llmParam,
      yaml: true,
      description:
        'What is declared, and under `learned` what is known besides: strengths by task, domain and kind of query, ' +
        'what its answers take, the nearest LLMs, its state, and how it changed over versions.',
      answers: { 200: { description: 'The profile', schema: KnownProfile } },
      errors: ['model_not_found'],
      async run({ params: { id } }) {
        const profile = await knownProfile({ ledger, scorer: live.scorer.current(), history, clock }, id);
        if (profile === undefined) throw modelNotFound(id);
        return profile;
      },
    }),
    operation({
      method: 'PUT',
      path: '/v1/models/{id}',
      tag: 'models',
      scope: 'admin',
      writes: ['catalog'],
      state: ({ params: { id } }) => catalog.get(id),
      maxBodyBytes: MAX_PROFILE_BYTES,
      summary: 'Add an LLM or replace its profile',
      description:
        'It is a candidate, by what is declared of it, once this is answered; of an LLM that was trained ' +
        'on, prices count at once and the rest at the next training.',
      params: llmParam,
      body: requiredBody(ProfileBody, (value) => {
        const declared = withoutLearned(value);
        checkFields(declared);
        return declaredIn(declared);
      }),
      yaml: true,
      answers: {
        200: { description: 'Replaced', schema: LlmProfile },
        201: { description: 'Added', schema: LlmProfile },
      },
      errors: ['catalog_full'],
      async run({ params: { id }, body }) {
        const profile = profileOf(id, body);
        const created = await catalog.put(profile);
        return valueReply(profile, { status: created ? 201 : 200 });
      },
    }),
    operation({
      method: 'DELETE',
      path: '/v1/models/{id}',
      tag: 'models',
      scope: 'admin',
      writes: ['catalog'],
      state: ({ params: { id } }) => catalog.get(id),
      summary: 'Take an LLM out of the candidates',
      description: 'Its interactions are kept. One that nobody declared is not listed any more.',
      params: llmParam,
      answers: { 204: { description: 'Taken out' } },
      errors: ['model_not_found'],
      async run({ params: { id } }) {
        if (!(await catalog.delete(id))) throw modelNotFound(id);
        return undefined;
      },
    }),
  ];
}
