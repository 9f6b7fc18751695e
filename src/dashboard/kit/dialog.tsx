import type { ComponentChildren } from 'preact';
import { useEffect, useId, useRef, useState } from 'preact/hooks';
import { problemFrom, type Problem } from './problem.js';
import { Failed } from './states.js';

export interface DialogProps {
  title: string;
  onClose: () => void;
  children: ComponentChildren;
}

/** Stands before the page until it is closed; the browser keeps the focus in it, and Escape closes it. */
export function Dialog({ title, onClose, children }: DialogProps) {
  const id = useId();
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => {
    const element = dialog.current!;
    element.showModal();
    return () => element.close();
  }, []);
  return (
    <dialog ref={dialog} aria-labelledby={id} onCancel={(event) => (event.preventDefault(), onClose())}>
      <h2 id={id}>{title}</h2>
      {children}
    </dialog>
  );
}

export interface ConfirmProps {
  title: string;
  /** What is said on the button that does it. */
  does: string;
  /** What comes of it. */
  children: ComponentChildren;
  isDangerous?: boolean;
  /** Does it. What it rejects with is shown. */
  run: () => Promise<void>;
  onClose: () => void;
}

/** Asks back before something is done that others feel. Escape and Cancel leave everything as it is. */
export function Confirm({ title, does, children, isDangerous = false, run, onClose }: ConfirmProps) {
  const [isBusy, setBusy] = useState(false);
  const [problem, setProblem] = useState<Problem>();

  async function confirm(): Promise<void> {
    setBusy(true);
    setProblem(undefined);
    try {
      await run();
      onClose();
    } catch (error) {
      setProblem(problemFrom(error));
      setBusy(false);
    }
  }

  return (
    <Dialog title={title} onClose={onClose}>
      <div class="stack">
        <div class="stack tight">{children}</div>
        {problem !== undefined && <Failed problem={problem} title="Not done" />}
        <div class="actions">
          <button
            type="button"
            class={isDangerous ? 'danger' : 'primary'}
            disabled={isBusy}
            onClick={() => void confirm()}
          >
            {isBusy ? 'Working …' : does}
          </button>
          <button type="button" onClick={onClose}>
            Cancel
          </button>
        </div>
      </div>
    </Dialog>
  );
}

export interface ConfirmButtonProps extends Omit<ConfirmProps, 'does' | 'onClose'> {
  /** What the button says, here and in what asks back. */
  label: string;
  /** What it is called, where the words on it don't say of what it is. */
  name?: string;
  isDisabled?: boolean;
}

/** A button that asks back before it does something. */
export function ConfirmButton({ label, name, isDisabled = false, ...asks }: ConfirmButtonProps) {
  const [isOpen, setOpen] = useState(false);
  return (
    <>
      <button
        type="button"
        class={asks.isDangerous === true ? 'danger' : ''}
        aria-label={name}
        disabled={isDisabled}
        onClick={() => setOpen(true)}
      >
        {label}
      </button>
      {isOpen && <Confirm {...asks} does={label} onClose={() => setOpen(false)} />}
    </>
  );
}
