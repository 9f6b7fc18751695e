import { useFieldIds } from './context.js';
import { Labelled } from './parts.js';

export interface NameFieldProps {
  hint: string;
  value: string;
  onChange: (value: string) => void;
}

/** Asks for the name of something new, which is a part of its address and not of what is sent. */
export function NameField({ hint, value, onChange }: NameFieldProps) {
  const { id, control } = useFieldIds(hint, []);
  return (
    <div class="form-grid">
      <Labelled id={id} path="" label="Name" hint={hint} errors={[]}>
        <input
          {...control}
          value={value}
          autocomplete="off"
          spellcheck={false}
          onInput={(event) => onChange(event.currentTarget.value)}
        />
      </Labelled>
    </div>
  );
}
