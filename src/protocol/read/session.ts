const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

/** A text that several conversations may share, told apart by how each begins. */
const sharedBy = (text: string, opening: string): string => `${text}:${opening.slice(0, 16)}`;

/**
 * The conversation that a `prompt_cache_key` names. Agents send the id of theirs; others give all calls with the same
 * instructions one key, as it is meant for what is cached.
 */
export function sessionOfCacheKey(key: string | null | undefined, opening: string): string | null {
  if (key === undefined || key === null || key === '') return null;
  return UUID.test(key) ? key : sharedBy(key, opening);
}

/** The conversation that `metadata.user_id` names: Claude Code's has its session in it, others are a user's. */
export function sessionOfUser(user: string | null | undefined, opening: string): string | null {
  if (user === undefined || user === null || user === '') return null;
  return user.includes('session') ? user : sharedBy(user, opening);
}
