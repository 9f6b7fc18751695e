/**
 * Every error a user may see, by its stable code. `status` is the HTTP status of the RFC 9457
 * problem document; `exit` is the command line's exit code (1 failed, 2 wrong usage).
 */
export const ERROR_CODES = {
  invalid_request: { status: 400, exit: 2, title: 'The request is not valid' },
  invalid_json: { status: 400, exit: 2, title: 'The body is not valid JSON' },
  invalid_yaml: { status: 400, exit: 2, title: 'The body is not valid YAML' },
  invalid_file: { status: 400, exit: 1, title: 'The file cannot be imported' },
  invalid_config: { status: 500, exit: 2, title: 'A setting is not valid' },
  bad_http: { status: 400, exit: 2, title: 'The request is not HTTP as it is understood here' },
  request_timeout: { status: 408, exit: 1, title: 'The request took too long to come' },
  expectation_failed: { status: 417, exit: 2, title: 'What Expect asks for is not done' },
  headers_too_large: { status: 431, exit: 2, title: 'The headers are too large' },
  payload_too_large: { status: 413, exit: 2, title: 'The body is too large' },
  unsupported_media_type: { status: 415, exit: 2, title: 'The content type is not supported' },
  not_acceptable: { status: 406, exit: 2, title: 'None of the accepted content types can be served' },
  route_not_found: { status: 404, exit: 2, title: 'There is no such path' },
  dashboard_missing: { status: 503, exit: 1, title: 'The dashboard is not built' },
  method_not_allowed: { status: 405, exit: 2, title: 'The path does not take this method' },
  unauthorized: { status: 401, exit: 1, title: 'A key is needed' },
  forbidden: { status: 403, exit: 1, title: 'The key does not allow this' },
  model_not_allowed: { status: 403, exit: 1, title: 'The key does not allow this LLM' },
  policy_not_allowed: { status: 403, exit: 1, title: 'The key does not allow this policy' },
  host_not_allowed: { status: 403, exit: 1, title: 'The service does not answer to this host' },
  cross_site: { status: 403, exit: 1, title: 'Another site may not do this' },
  rate_limited: { status: 429, exit: 1, title: 'The key has reached a per-minute limit' },
  budget_exhausted: { status: 429, exit: 1, title: 'The budget of the key is used up' },
  key_not_found: { status: 404, exit: 1, title: 'The key is not known' },
  model_not_found: { status: 404, exit: 1, title: 'The LLM is not known' },
  decision_not_found: { status: 404, exit: 1, title: 'The decision is not known' },
  job_not_found: { status: 404, exit: 1, title: 'The job is not known' },
  alert_not_found: { status: 404, exit: 1, title: 'The alert is not known' },
  schedule_not_found: { status: 404, exit: 1, title: 'No schedule is set' },
  experiment_not_found: { status: 404, exit: 1, title: 'The experiment is not known' },
  experiment_conflict: { status: 409, exit: 1, title: 'The experiment is not where this can be done' },
  version_not_found: { status: 404, exit: 1, title: 'The version is not known' },
  provider_not_found: { status: 404, exit: 1, title: 'The provider is not known' },
  not_trained: { status: 404, exit: 1, title: 'Nothing is trained yet' },
  map_missing: { status: 404, exit: 1, title: 'The version has no map' },
  query_not_found: { status: 404, exit: 1, title: 'The query is not known' },
  file_not_found: { status: 404, exit: 1, title: 'The file is not there' },
  unknown_model: { status: 422, exit: 1, title: 'A named LLM is not known' },
  catalog_full: { status: 409, exit: 1, title: 'The catalogue holds as many LLMs as it may' },
  no_models: { status: 409, exit: 1, title: 'No LLM is known yet' },
  unknown_policy: { status: 422, exit: 1, title: 'The policy is not known' },
  policy_not_found: { status: 404, exit: 1, title: 'The policy is not known' },
  no_candidate: { status: 422, exit: 1, title: 'No LLM meets the constraints' },
  no_data: { status: 409, exit: 1, title: 'There is nothing to learn from yet' },
  texts_not_kept: { status: 409, exit: 1, title: 'No texts of queries are kept' },
  idempotency_key_reused: { status: 422, exit: 1, title: 'The Idempotency-Key was used with another body' },
  artifact_damaged: { status: 409, exit: 1, title: 'The artifact is damaged' },
  provider_failed: { status: 502, exit: 1, title: 'No provider answered the call' },
  provider_timeout: { status: 504, exit: 1, title: 'No provider answered the call in time' },
  provider_limited: { status: 429, exit: 1, title: 'Providers take no more calls now' },
  encoder_unavailable: { status: 503, exit: 1, title: 'The text encoder is not available' },
  queue_unavailable: { status: 503, exit: 1, title: 'The job queue is not available' },
  backend_unavailable: { status: 503, exit: 1, title: 'The tensor backend is not available' },
  provider_unavailable: { status: 502, exit: 1, title: 'The provider does not answer as it should' },
  ledger_busy: { status: 503, exit: 1, title: 'Another process is writing to the ledger' },
  ledger_full: { status: 503, exit: 1, title: 'The disk of the ledger is full' },
  ledger_failed: { status: 503, exit: 1, title: 'The disk of the ledger fails' },
  ledger_gone: { status: 503, exit: 1, title: 'The ledger was moved, removed or replaced' },
  ledger_damaged: { status: 500, exit: 1, title: 'The ledger is damaged' },
  schema_mismatch: { status: 500, exit: 1, title: 'The ledger has another schema' },
  training_failed: { status: 500, exit: 1, title: 'Training failed' },
  training_diverged: { status: 500, exit: 1, title: 'Training diverged' },
  shutting_down: { status: 503, exit: 1, title: 'The service is shutting down' },
  internal: { status: 500, exit: 1, title: 'Something went wrong inside' },
} as const;

export type ErrorCode = keyof typeof ERROR_CODES;

/** Codes of a ledger that takes no write, whatever is to be written, until somebody sees to it. */
export const LEDGER_UNFIT: ReadonlySet<ErrorCode> = new Set([
  'ledger_full',
  'ledger_failed',
  'ledger_gone',
  'ledger_damaged',
]);

/** One thing wrong with an input: where, what was expected, what came. */
export interface Issue {
  /** Path of the field, such as `interactions[3].score`; empty for the whole input. */
  field: string;
  expected: string;
  received: string;
}

/** The one error type: `code` decides the HTTP status and the exit code. */
export class PointsmanError extends Error {
  override readonly name = 'PointsmanError';
  readonly code: ErrorCode;
  readonly issues: readonly Issue[];
  /** After how many seconds it is worth trying again; undefined where nobody knows. */
  readonly retryAfterS: number | undefined;

  constructor(
    code: ErrorCode,
    message: string,
    options: { cause?: unknown; issues?: readonly Issue[]; retryAfterS?: number } = {},
  ) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
    this.issues = options.issues ?? [];
    this.retryAfterS = options.retryAfterS;
  }

  get status(): number {
    return ERROR_CODES[this.code].status;
  }

  get exitCode(): number {
    return ERROR_CODES[this.code].exit;
  }
}

/** The message of anything thrown. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** Whether another process is writing to the ledger: the same may be tried again. */
export const isBusy = (error: unknown): error is PointsmanError =>
  error instanceof PointsmanError && error.code === 'ledger_busy';

/** Whether an error is of the ledger as a whole, so that nothing else can be written either. */
export const isUnfit = (error: unknown): error is PointsmanError =>
  error instanceof PointsmanError && LEDGER_UNFIT.has(error.code);
