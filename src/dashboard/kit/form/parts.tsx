import type { ComponentChildren } from 'preact';
import { Words } from './words.js';

/** What is wrong with a field. */
export function Errors({ id, errors }: { id: string; errors: readonly string[] }) {
  if (errors.length === 0) return null;
  return (
    <span class="field-error" id={`${id}-error`}>
      {errors.map((error) => error.charAt(0).toUpperCase() + error.slice(1)).join('. ')}
    </span>
  );
}

export interface LabelledProps {
  id: string;
  path: string;
  label: string;
  hint: string;
  errors: readonly string[];
  /** As wide as the form. */
  isWide?: boolean;
  children: ComponentChildren;
}

/** One control with its label, what is wrong, and what it means. */
export function Labelled({ id, path, label, hint, errors, isWide = false, children }: LabelledProps) {
  return (
    <div class={`field ${isWide ? 'whole' : ''}`} data-field={path}>
      <label for={id}>{label}</label>
      {children}
      <Errors id={id} errors={errors} />
      {hint !== '' && (
        <small id={`${id}-hint`}>
          <Words text={hint} />
        </small>
      )}
    </div>
  );
}

export interface SetProps {
  id: string;
  path: string;
  legend: ComponentChildren;
  hint: string;
  errors: readonly string[];
  children?: ComponentChildren;
}

/** Several controls under one name. */
export function FieldSet({ id, path, legend, hint, errors, children }: SetProps) {
  return (
    <fieldset class="whole" data-field={path} tabIndex={errors.length > 0 ? -1 : undefined}>
      <legend>{legend}</legend>
      {hint !== '' && (
        <small>
          <Words text={hint} />
        </small>
      )}
      <Errors id={id} errors={errors} />
      {children}
    </fieldset>
  );
}
