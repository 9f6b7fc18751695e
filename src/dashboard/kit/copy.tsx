import { useState } from 'preact/hooks';

/** Puts a text on the clipboard; where the browser does not allow that, the text is there to be selected. */
export function CopyButton({ text, label = 'Copy' }: { text: string; label?: string }) {
  const [told, setTold] = useState('');
  async function copy(): Promise<void> {
    try {
      await navigator.clipboard.writeText(text);
      setTold('Copied');
    } catch {
      setTold('Not allowed by the browser: select it and copy');
    }
  }
  return (
    <span class="row">
      <button type="button" onClick={() => void copy()}>
        {label}
      </button>
      <span role="status" class="muted">
        {told}
      </span>
    </span>
  );
}
