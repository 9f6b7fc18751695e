import { problemOf, unanswered } from './problem.js';

/** What a call of openapi-fetch answers: data, or the body of an error. */
export interface Answered<Data> {
  data?: Data;
  error?: unknown;
  response: Response;
}

/**
 * The data of an answer: `await dataOf(client.GET('/v1/models'))`. Rejects with a `PointsmanProblem` where the service
 * says that something is wrong, or doesn't answer.
 */
export async function dataOf<Data>(answer: Promise<Answered<Data>>): Promise<Exclude<Data, undefined>> {
  let answered: Answered<Data>;
  try {
    answered = await answer;
  } catch (error) {
    throw unanswered(error, 'the service');
  }
  const { data, error, response } = answered;
  if (!response.ok) throw problemOf(response, error);
  return data as Exclude<Data, undefined>;
}
