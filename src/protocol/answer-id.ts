const UUID = '[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}';
const ENDS_WITH_DECISION = new RegExp(`(?:^|_)(${UUID})$`, 'i');
/** Length of `_` and a UUID. */
const SUFFIX = 37;

/** Id of an answer as the client sees it: the provider's own and the decision, or the decision where it has none. */
export function answerId(providerId: string, decision: string): string {
  return providerId === '' ? decision : `${providerId}_${decision}`;
}

/** The decision that an answer's id names, in lower case; undefined where it names none. */
export function decisionIn(id: string): string | undefined {
  return ENDS_WITH_DECISION.exec(id)?.[1]?.toLowerCase();
}

/** An answer's id as its provider gave it; one that names no decision, or nothing else, is as it was. */
export function providerIdIn(id: string): string {
  return id.length > SUFFIX && decisionIn(id) !== undefined ? id.slice(0, -SUFFIX) : id;
}
