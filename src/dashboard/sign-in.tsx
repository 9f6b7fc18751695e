import { useState } from 'preact/hooks';
import { Field } from './kit/parts.js';
import { hasEnded, signIn } from './kit/session.js';

/** Asks for a key that may read. */
export function SignIn() {
  const [refused, setRefused] = useState('');
  async function submit(event: SubmitEvent): Promise<void> {
    event.preventDefault();
    const data = new FormData(event.currentTarget as HTMLFormElement);
    try {
      const ok = await signIn(String(data.get('key')), data.get('stay') !== null);
      if (!ok) setRefused('This key is not known, has ended, or may not read (scope read).');
    } catch {
      setRefused('The service does not answer. Is it running?');
    }
  }
  return (
    <main class="sign-in" id="main">
      <form class="card" onSubmit={(event) => void submit(event)}>
        <h1 tabIndex={-1}>Sign in</h1>
        <p>This service asks for a key. One that may read shows everything; an admin’s may change it.</p>
        {hasEnded.value && refused === '' && (
          <p class="notice warn" role="status">
            The key that you were signed in with is no longer good: it ended, was revoked, or may no longer read.
          </p>
        )}
        <Field label="Key">
          <input name="key" type="password" autocomplete="current-password" required autoFocus placeholder="pk_…" />
        </Field>
        <label class="check">
          <input name="stay" type="checkbox" /> Stay signed in on this device
        </label>
        {refused !== '' && (
          <p class="notice bad" role="alert">
            {refused}
          </p>
        )}
        <button type="submit" class="primary">
          Sign in
        </button>
        <p class="muted">
          <code>pointsman keys create NAME --scopes read</code> makes one.
        </p>
      </form>
    </main>
  );
}
