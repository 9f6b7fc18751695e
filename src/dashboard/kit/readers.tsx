import { caller, may } from './session.js';

/** Says why what is shown can't be changed by who looks; nothing where it can. */
export function ReadersNote({ what }: { what: string }) {
  if (may('admin')) return null;
  const { name = 'none', scopes = [] } = caller.value ?? {};
  return (
    <p class="notice" role="note">
      {what} can be read here. Changing takes a key with the scope admin; yours, {name}, has{' '}
      {scopes.join(', ') || 'none'}.
    </p>
  );
}
