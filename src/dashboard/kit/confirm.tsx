import type { ComponentChildren } from 'preact';
import { useEffect, useId, useRef, useState } from 'preact/hooks';
import { type Problem, problemFrom } from './problem.js';
import { Failed } from './states.js';

export interface ConfirmProps {
  title: string;
  /** What is said on the button that does it. */
  does: string;
  isDangerous?: boolean;
  children: ComponentChildren;
  /** Does it. What it rejects with is shown. */
  onConfirm: () => Promise<void>;
  onClose: () => void;
}

/** Asks before something is done that is felt by others. Escape and Cancel leave everything as it is. */
export function Confirm({ title, does, isDangerous, children, onConfirm, onClose }: ConfirmProps) {
  const dialog = useRef<HTMLDialogElement>(null);
  const id = useId();
  const [isBusy, setBusy] = useState(false);
  const [problem, setProblem] = useState<Problem>();
  useEffect(() => {
    const element = dialog.current!;
    element.showModal();
    return () => element.close();
  }, []);

  async function confirm(): Promise<void> {
    setBusy(true);
    setProblem(undefined);
    try {
      await onConfirm();
      onClose();
    } catch (error) {
      setProblem(problemFrom(error));
      setBusy(false);
    }
  }

  return (
    <dialog ref={dialog} class="confirm" aria-labelledby={id} onCancel={(event) => (event.preventDefault(), onClose())}>
      <div class="stack">
        <h2 id={id}>{title}</h2>
        <div>{children}</div>
        {problem !== undefined && <Failed problem={problem} title="Not done" />}
        <div class="actions">
          <button type="button" onClick={onClose}>
            Cancel
          </button>
          <button
            type="button"
            class={isDangerous === true ? 'danger' : 'primary'}
            disabled={isBusy}
            onClick={() => void confirm()}
          >
            {isBusy ? 'Working …' : does}
          </button>
        </div>
      </div>
    </dialog>
  );
}
