import type { Schemas } from '../../../client/index.js';
import { CopyButton } from '../../kit/copy.js';
import { Dialog } from '../../kit/dialog.js';

/** A whole key: shown this once, as only a hash of it is kept. */
export function KeyMadeDialog({ made, onClose }: { made: Schemas['KeyMade']; onClose: () => void }) {
  return (
    <Dialog title={`The key ${made.name}`} onClose={onClose}>
      <div class="stack">
        <p>This is the whole key. It is shown this once: copy it now to where it is used.</p>
        <pre class="secret">{made.key}</pre>
        <CopyButton text={made.key} label="Copy the key" />
      </div>
      <div class="actions">
        <button type="button" class="primary" onClick={onClose}>
          I have it
        </button>
      </div>
    </Dialog>
  );
}
