import { createAnswerCheck, type AnswerCheck, type Answered, type Asked } from '../../scripts/openapi/answers.js';
import type { OpenApiDocument } from '../../scripts/openapi/document.js';
import type { Context } from '../../src/http/context.js';
import { createOpenApi } from '../../src/http/kit/openapi.js';
import { operationsOf } from '../../src/http/resources/index.js';

let known: { document: OpenApiDocument; check: AnswerCheck } | undefined;

/** The API's document and the check by it: of the operations, whatever they are made of. */
export function documented(parts: Partial<Context>): NonNullable<typeof known> {
  if (known !== undefined) return known;
  // Operations are only described here, never run: what they are made of may be incomplete.
  const document = createOpenApi(operationsOf({ ...parts, metrics: {} } as Context)) as unknown as OpenApiDocument;
  return (known = { document, check: createAnswerCheck(document) });
}

/** Answers that were held against the document. */
export interface HeldAnswers {
  hold(asked: Asked, answered: Answered): void;
  /** Statuses by operation. */
  readonly statuses: ReadonlyMap<string, ReadonlySet<number>>;
  /** Throws where an answer was not as documented. */
  settle(): void;
  /** Leaves aside what was found up to now. */
  forget(): void;
}

const EXCERPT = 300;

/** Files of the dashboard are compressed, and known by a browser that has them: their own test holds them. */
const isOfDashboard = (target: string): boolean => target === '/' || target.startsWith('/dashboard/');

export function holdAnswers(check: AnswerCheck): HeldAnswers {
  const statuses = new Map<string, Set<number>>();
  const faults: string[] = [];
  return {
    statuses,
    hold(asked, answered) {
      if (isOfDashboard(asked.target)) return;
      const { operation, fault } = check.check(asked, answered);
      if (operation !== undefined) statuses.set(operation, (statuses.get(operation) ?? new Set()).add(answered.status));
      if (fault !== undefined)
        faults.push(
          `${asked.method} ${asked.target}: ${answered.status}: ${fault}: ${answered.body.slice(0, EXCERPT)}`,
        );
    },
    forget: () => void faults.splice(0),
    settle() {
      const all = faults.splice(0);
      if (all.length > 0) throw new Error(`answers that are not as documented:\n${all.join('\n')}`);
    },
  };
}
