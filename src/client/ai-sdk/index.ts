import { createOpenAICompatible } from '@ai-sdk/openai-compatible';
import { createPointsman as createClient, type CallOptions, type PointsmanOptions, type Schemas } from '../index.js';
import { metadataOf, withMetadata, type DecisionMetadata } from './metadata.js';
import { asked, type Wishes } from './wishes.js';

export type { DecisionMetadata } from './metadata.js';
export type { Wishes } from './wishes.js';

type Compatible = ReturnType<typeof createOpenAICompatible>;
type Model = ReturnType<Compatible['chatModel']>;

/** Where the service is; by `POINTSMAN_URL` and `POINTSMAN_KEY` unless given, where there is an environment. */
export type ProviderOptions = Partial<Omit<PointsmanOptions, 'fetch'>>;

/** An answer of `generateText`, `streamText` and their like. */
export interface Answer {
  providerMetadata?: unknown;
}

type OfDecision<F> = F extends unknown ? Omit<F, 'decision_id' | 'answer_id'> : never;

/** What is said of an answer: a score, a thumb, a comment, a signal. */
export type AnswerFeedback = OfDecision<
  Schemas['InteractionFeedback'] | Schemas['OpinionFeedback'] | Schemas['SignalFeedback']
>;

export interface PointsmanProvider {
  /** `auto`, `auto:<policy>` or the id of an LLM; with what every call of it is to be routed by. */
  (model: string, wishes?: Wishes): Model;
  languageModel(model: string, wishes?: Wishes): Model;
  embeddingModel(model: string): ReturnType<Compatible['embeddingModel']>;
  /** What decided an answer, as its `providerMetadata.pointsman` has it; undefined of an answer of someone else. */
  decisionOf(answer: Answer): Promise<DecisionMetadata | undefined>;
  /** Tells how good an answer was. */
  feedback(answer: Answer, feedback: AnswerFeedback, options?: CallOptions): Promise<Schemas['FeedbackReceipt']>;
}

const fromEnvironment = (name: string): string | undefined =>
  (globalThis as { process?: { env?: Record<string, string | undefined> } }).process?.env?.[name];

/** A provider for the Vercel AI SDK: `generateText({ model: pointsman('auto'), … })`. */
export function createPointsman(options: ProviderOptions = {}): PointsmanProvider {
  // The environment is read when it is needed: a program may set it once it runs.
  const settings = (): PointsmanOptions => {
    const key = options.key ?? fromEnvironment('POINTSMAN_KEY');
    const baseUrl = options.baseUrl ?? fromEnvironment('POINTSMAN_URL') ?? 'http://127.0.0.1:8080';
    return { ...options, baseUrl: baseUrl.replace(/\/$/, ''), ...(key !== undefined && { key }) };
  };

  const compatible = (): Compatible =>
    createOpenAICompatible({
      name: 'pointsman',
      baseURL: `${settings().baseUrl}/v1`,
      includeUsage: true,
      supportsStructuredOutputs: true,
      fetch(input, init) {
        const { key } = settings();
        const shown = typeof key === 'function' ? key() : key;
        const headers = new Headers(init?.headers);
        if (shown !== undefined) headers.set('authorization', `Bearer ${shown}`);
        return fetch(input, { ...init, headers });
      },
    });

  function languageModel(model: string, wishes: Wishes = {}): Model {
    const inner = compatible().chatModel(model);
    return {
      specificationVersion: inner.specificationVersion,
      provider: inner.provider,
      modelId: inner.modelId,
      supportedUrls: inner.supportedUrls,
      async doGenerate(call) {
        const answer = await inner.doGenerate(asked(call, wishes));
        const { providerMetadata, response } = answer;
        return { ...answer, providerMetadata: withMetadata(providerMetadata, response?.headers) };
      },
      async doStream(call) {
        const { stream, response, ...rest } = await inner.doStream(asked(call, wishes));
        const told = new TransformStream<StreamPart, StreamPart>({
          transform(part, controller) {
            if (part.type !== 'finish') return controller.enqueue(part);
            const providerMetadata = withMetadata(part.providerMetadata, response?.headers);
            controller.enqueue({ ...part, providerMetadata });
          },
        });
        return { ...rest, ...(response && { response }), stream: stream.pipeThrough(told) };
      },
    };
  }

  async function feedback(
    answer: Answer,
    said: AnswerFeedback,
    call: CallOptions = {},
  ): Promise<Schemas['FeedbackReceipt']> {
    const decided = await metadataOf(answer);
    if (decided === undefined)
      throw new TypeError('answer: expected one of Pointsman, with providerMetadata.pointsman.decision');
    return createClient(settings()).feedback({ ...said, decision_id: decided.decision }, call);
  }

  const provider = (model: string, wishes?: Wishes): Model => languageModel(model, wishes);
  return Object.assign(provider, {
    languageModel,
    embeddingModel: (model: string) => compatible().embeddingModel(model),
    decisionOf: metadataOf,
    feedback,
  });
}

type StreamPart = Awaited<ReturnType<Model['doStream']>>['stream'] extends ReadableStream<infer Part> ? Part : never;

/** The provider by the environment: `POINTSMAN_URL` and `POINTSMAN_KEY`. */
export const pointsman = createPointsman();
