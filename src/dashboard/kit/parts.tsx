import type { ComponentChildren } from 'preact';
import { useId } from 'preact/hooks';
import { colourOf } from './colours.js';
import { score } from './format.js';

/** A page: its title, what it can be told by, and its content. */
export function Page({
  title,
  actions,
  children,
}: {
  title: string;
  actions?: ComponentChildren;
  children: ComponentChildren;
}) {
  return (
    <>
      <header class="page-head">
        <h1 tabIndex={-1}>{title}</h1>
        {actions !== undefined && <div class="actions">{actions}</div>}
      </header>
      {children}
    </>
  );
}

export interface CardProps {
  title?: ComponentChildren;
  /** What stands beside the title. */
  aside?: ComponentChildren;
  /** Columns of twelve that it takes on a wide page; all unless given. */
  span?: 3 | 4 | 5 | 6 | 7 | 8 | 9 | 12;
  children: ComponentChildren;
}

/** A part of a page, inside `<div class="grid">`. */
export function Card({ title, aside, span = 12, children }: CardProps) {
  const id = useId();
  return (
    <section class={`card span-${span}`} {...(title !== undefined && { 'aria-labelledby': id })}>
      {title !== undefined && (
        <header>
          <h2 id={id}>{title}</h2>
          {aside !== undefined && <div class="aside">{aside}</div>}
        </header>
      )}
      {children}
    </section>
  );
}

/** One figure with its name, and what it is compared with. */
export function Figure({
  label,
  value,
  note,
  tone,
}: {
  label: string;
  value: ComponentChildren;
  note?: ComponentChildren;
  tone?: Tone;
}) {
  return (
    <div class="figure">
      <span class="label">{label}</span>
      <span class={`value ${tone ?? ''}`}>{value}</span>
      {note !== undefined && <span class="note">{note}</span>}
    </div>
  );
}

export type Tone = 'good' | 'warn' | 'bad' | 'info';

/** A word that says how something is; told by more than its colour. */
export function Badge({ tone, children }: { tone?: Tone; children: ComponentChildren }) {
  return <span class={`badge ${tone ?? ''}`}>{children}</span>;
}

/** The name of an LLM, with its colour; a link to its page. */
export function Llm({ id, link = true }: { id: string; link?: boolean }) {
  const name = (
    <>
      <i class="dot" style={{ background: colourOf(id) }} aria-hidden="true" />
      {id}
    </>
  );
  return link ? (
    <a class="llm" href={`#/models/${encodeURIComponent(id)}`}>
      {name}
    </a>
  ) : (
    <span class="llm">{name}</span>
  );
}

export interface RangeProps {
  /** The mean, and where it lies with 95%; null where that is not known. */
  mean: number | null;
  low?: number | null | undefined;
  high?: number | null | undefined;
  /** What the bar spans. */
  from?: number;
  to?: number;
  format?: (value: number) => string;
  /** Share of such intervals that hold the true mean; 95% unless given. */
  level?: string;
}

/** A mean with its interval: as a bar, and in words. */
export function Range({ mean, low = null, high = null, from = 0, to = 1, format = score, level = '95%' }: RangeProps) {
  if (mean === null) return <span class="muted">–</span>;
  const at = (value: number): string => `${100 * Math.min(1, Math.max(0, (value - from) / (to - from || 1)))}%`;
  const [a, b] = [low ?? mean, high ?? mean];
  const words =
    low === null || high === null ? format(mean) : `${format(mean)}, ${level} interval ${format(a)} to ${format(b)}`;
  return (
    <span class="range" title={words}>
      <span class="figure-text">{format(mean)}</span>
      <span class="track" role="img" aria-label={words}>
        <span class="span" style={{ left: at(a), right: `calc(100% - ${at(b)})` }} />
        <span class="mark" style={{ left: at(mean) }} />
      </span>
    </span>
  );
}

/** A share as a bar. */
export function Share({ value, colour }: { value: number; colour?: string }) {
  return (
    <span class="share" aria-hidden="true">
      <span
        style={{
          width: `${100 * Math.min(1, Math.max(0, value))}%`,
          ...(colour !== undefined && { background: colour }),
        }}
      />
    </span>
  );
}

/** A choice of few: one of them pressed. */
export function Choice<T extends string>({
  label,
  options,
  value,
  onChange,
}: {
  label: string;
  options: readonly (T | { value: T; label: string })[];
  value: T;
  onChange: (value: T) => void;
}) {
  return (
    <div class="choice" role="group" aria-label={label}>
      {options.map((option) => {
        const own = typeof option === 'string' ? { value: option, label: option } : option;
        return (
          <button key={own.value} type="button" aria-pressed={own.value === value} onClick={() => onChange(own.value)}>
            {own.label}
          </button>
        );
      })}
    </div>
  );
}

/** A field with its name. */
export function Field({
  label,
  hint,
  children,
}: {
  label: string;
  hint?: ComponentChildren;
  children: ComponentChildren;
}) {
  return (
    <label class="field">
      <span>{label}</span>
      {children}
      {hint !== undefined && <small>{hint}</small>}
    </label>
  );
}
