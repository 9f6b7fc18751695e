import { PointsmanError } from '../base/errors.js';
import type { FeedbackService } from '../feedback/service.js';
import type { Caller } from '../live/keys.js';
import type { Texts } from '../live/texts.js';
import { describeIssues } from '../schema/parse.js';
import type { Call, JsonObject } from '../protocol/types.js';

/** Keys of `metadata` that tell what a user thinks of an earlier answer, and the fields of feedback that they are. */
const FIELDS: Readonly<Record<string, string>> = {
  pointsman_answer_id: 'answer_id',
  pointsman_decision_id: 'decision_id',
  pointsman_thumb: 'thumb',
  pointsman_score: 'score',
  pointsman_comment: 'comment',
  pointsman_corrected: 'corrected',
};

const KEYS = new Map(Object.entries(FIELDS).map(([key, field]) => [field, key]));

/** Values of OpenAI's metadata are texts. */
const valueOf = (key: string, value: unknown): unknown =>
  key === 'pointsman_score' && typeof value === 'string' && value.trim() !== '' ? Number(value) : value;

/**
 * Feedback on an earlier answer that a call carries in its `metadata`; null where there is none. Throws `forbidden` for
 * a caller who may not give feedback.
 */
function opinionIn({ metadata }: Pick<Call, 'metadata'>, caller: Pick<Caller, 'may' | 'key'>): JsonObject | null {
  if (metadata === null) return null;
  const opinion: JsonObject = {};
  for (const key in metadata) {
    if (Object.hasOwn(FIELDS, key)) opinion[FIELDS[key]!] = valueOf(key, metadata[key]);
  }
  if (Object.keys(opinion).length === 0) return null;
  if (!caller.may('feedback'))
    throw new PointsmanError(
      'forbidden',
      `metadata: feedback takes the scope feedback, which the key ${caller.key} has not`,
    );
  return opinion;
}

/** The same error, with fields named as they stand in the call. */
function inMetadata(error: unknown): unknown {
  if (!(error instanceof PointsmanError) || error.issues.length === 0) return error;
  const issues = error.issues.map((issue) => ({ ...issue, field: `metadata.${KEYS.get(issue.field) ?? issue.field}` }));
  return new PointsmanError(error.code, describeIssues(issues), { cause: error, issues });
}

/** Stores the feedback that a call carries. Throws as {@link FeedbackService.post}, and `forbidden`. */
export async function postOpinion(
  { feedback, texts }: { feedback: Pick<FeedbackService, 'post'>; texts: Texts },
  call: Pick<Call, 'metadata'>,
  caller: Caller,
): Promise<void> {
  const opinion = opinionIn(call, caller);
  if (opinion === null) return;
  try {
    await feedback.post(opinion, { tenant: caller.tenant ?? undefined, texts: texts.of(caller) });
  } catch (error) {
    throw inMetadata(error);
  }
}
