import type { ComponentChildren } from 'preact';
import { useEffect, useId, useRef, useState } from 'preact/hooks';
import { problemFrom, type Problem } from './problem.js';

export interface DialogProps {
  title: string;
  onClose: () => void;
  children: ComponentChildren;
}

/** Stands before the page until it is closed; the browser keeps the focus in it, and Escape closes it. */
export function Dialog({ title, onClose, children }: DialogProps) {
  const id = useId();
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => dialog.current?.showModal(), []);
  return (
    <dialog ref={dialog} aria-labelledby={id} onClose={onClose}>
      <h2 id={id}>{title}</h2>
      {children}
    </dialog>
  );
}

export interface ConfirmProps {
  /** What the button says, here and in what asks back. */
  label: string;
  title: string;
  /** What comes of it. */
  children: ComponentChildren;
  isDangerous?: boolean;
  isDisabled?: boolean;
  run: () => Promise<void>;
}

/** A button that asks back before it does something. */
export function ConfirmButton({ label, title, children, isDangerous = false, isDisabled = false, run }: ConfirmProps) {
  const [isOpen, setOpen] = useState(false);
  const [isBusy, setBusy] = useState(false);
  const [problem, setProblem] = useState<Problem>();
  const kind = isDangerous ? 'danger' : '';
  const close = (): void => (setOpen(false), setProblem(undefined));
  async function confirm(): Promise<void> {
    setBusy(true);
    try {
      await run();
      close();
    } catch (error) {
      setProblem(problemFrom(error));
    }
    setBusy(false);
  }
  return (
    <>
      <button type="button" class={kind} disabled={isDisabled} onClick={() => setOpen(true)}>
        {label}
      </button>
      {isOpen && (
        <Dialog title={title} onClose={close}>
          <div class="stack">{children}</div>
          {problem !== undefined && (
            <p class="notice bad" role="alert">
              {problem.message}
            </p>
          )}
          <div class="actions">
            <button type="button" class={kind || 'primary'} disabled={isBusy} onClick={() => void confirm()}>
              {label}
            </button>
            <button type="button" onClick={close}>
              Cancel
            </button>
          </div>
        </Dialog>
      )}
    </>
  );
}
