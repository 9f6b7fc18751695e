import { parse as parseYaml } from 'yaml';
import type { DocumentedAnswer, OpenApiDocument } from './document.js';
import { codeIn, codesIn, errorsOfPath, isOwnCode, PROBLEMS, type DocumentedErrors } from './errors.js';
import { createFinder, type FoundPath } from './find.js';
import { createSchemaCheck } from './schemas.js';

/** What was asked. */
export interface Asked {
  method: string;
  /** Target as it was sent, with its query. */
  target: string;
}

/** What came. */
export interface Answered {
  status: number;
  contentType: string | undefined;
  body: string;
}

/** What an answer was held against. */
export interface Verdict {
  /** `GET /v1/models/{id}`; undefined where no operation was asked. */
  operation: string | undefined;
  /** What is wrong with the answer; undefined for nothing. */
  fault: string | undefined;
}

export interface AnswerCheck {
  /** Holds an answer against the document. */
  check(asked: Asked, answered: Answered): Verdict;
}

/** Codes of errors that are answered before it is known what is asked for, whatever it is. */
const BEFORE_PATH: readonly string[] = ['bad_http', 'request_timeout', 'expectation_failed', 'headers_too_large'];
/** The same, in the form of the path. */
const ANYWHERE: readonly string[] = ['host_not_allowed', 'cross_site'];
/** Statuses of Node's own answers to what is not HTTP, which have no body. */
const BELOW_HTTP: readonly number[] = [400, 408, 417, 431];
const PARTIAL = 206;

function valueOf(type: string, body: string): unknown {
  if (type.endsWith('json')) return JSON.parse(body);
  if (type.endsWith('yaml')) return parseYaml(body);
  return body;
}

/** Holds answers against an OpenAPI document: status, media type, body by its schema, and the codes of errors. */
export function createAnswerCheck(document: OpenApiDocument): AnswerCheck {
  const find = createFinder(document);
  const checkSchema = createSchemaCheck(document);

  /** An error that the kit answers for what is no operation: its status and code. */
  function kitFault(
    answered: Answered,
    isHead: boolean,
    expected: Readonly<Record<number, string | undefined>>,
    { contentType, schema }: DocumentedErrors = PROBLEMS,
  ): string | undefined {
    const code = expected[answered.status];
    if (code === undefined) return `status ${answered.status}, expected ${Object.keys(expected).join(' or ')}`;
    if (isHead) return answered.body === '' ? undefined : 'a body, expected none to HEAD';
    if (answered.contentType !== contentType) return `${answered.contentType}, expected ${contentType}`;
    const value = valueOf(contentType, answered.body);
    return (
      checkSchema(schema, value) ?? (codeIn(value) === code ? undefined : `code ${codeIn(value)}, expected ${code}`)
    );
  }

  function contentFault({ content = {}, description }: DocumentedAnswer, answered: Answered): string | undefined {
    const { contentType = '', body } = answered;
    const type = contentType.split(';')[0]!.trim();
    const documented = content[type];
    if (documented === undefined) return `content type ${JSON.stringify(contentType)} is not documented`;
    // A part of a JSON file is a text.
    const value = answered.status === PARTIAL ? body : valueOf(type, body);
    const fault = checkSchema(documented.schema, value);
    if (fault !== undefined) return fault;
    const code = answered.status >= 400 ? codeIn(value) : undefined;
    // An error of a provider's has a code of its own.
    return code === undefined || !isOwnCode(code) || codesIn(description).includes(code)
      ? undefined
      : `code ${code} is not documented`;
  }

  function operationFault(
    responses: Record<string, DocumentedAnswer>,
    answered: Answered,
    isHead: boolean,
  ): string | undefined {
    const documented = responses[answered.status];
    if (documented === undefined) return `status ${answered.status} is not documented`;
    if (isHead || documented.content === undefined) return answered.body === '' ? undefined : 'a body, expected none';
    return contentFault(documented, answered);
  }

  /** Of a method that the path has not got. */
  function methodFault(
    method: string,
    answered: Answered,
    { path, operations, tookRest }: FoundPath,
  ): string | undefined {
    if (method === 'OPTIONS' && answered.status === 204)
      return answered.body === '' ? undefined : 'a body, expected none';
    const expected = {
      403: 'host_not_allowed',
      ...(method === 'OPTIONS' ? {} : { 405: 'method_not_allowed' }),
      ...(path.includes('{') ? { 400: 'invalid_request' } : {}),
      ...(tookRest ? { 404: 'route_not_found' } : {}),
    };
    return kitFault(answered, method === 'HEAD', expected, errorsOfPath(operations));
  }

  function judge({ method, target }: Asked, answered: Answered): Verdict {
    const found = find(target);
    if (found === undefined)
      return {
        operation: undefined,
        fault: kitFault(answered, method === 'HEAD', { 403: 'host_not_allowed', 404: 'route_not_found' }),
      };
    const isHead = method === 'HEAD';
    const operation = found.operations[isHead ? 'get' : method.toLowerCase()];
    if (operation === undefined) return { operation: undefined, fault: methodFault(method, answered, found) };
    const name = `${isHead ? 'GET' : method} ${found.path}`;
    const unmatched = found.tookRest && answered.status === 404 && answered.body.includes('"route_not_found"');
    const fault = unmatched
      ? kitFault(answered, isHead, { 404: 'route_not_found' })
      : operationFault(operation.responses, answered, isHead);
    return { operation: name, fault };
  }

  return {
    check(asked, answered) {
      try {
        const { status, contentType, body } = answered;
        if (BELOW_HTTP.includes(status) && contentType === undefined && body === '')
          return { operation: undefined, fault: undefined };
        const isCode = (code: string): boolean => status >= 400 && body.includes(`"code":"${code}"`);
        const before = BEFORE_PATH.find(isCode);
        if (before !== undefined)
          return { operation: undefined, fault: kitFault(answered, false, { [status]: before }) };
        const anywhere = ANYWHERE.find(isCode);
        if (anywhere !== undefined) {
          const form = errorsOfPath(find(asked.target)?.operations ?? {});
          return { operation: undefined, fault: kitFault(answered, false, { [status]: anywhere }, form) };
        }
        return judge(asked, answered);
      } catch (error) {
        return { operation: undefined, fault: `the body does not parse: ${String(error)}` };
      }
    },
  };
}
