import { Choice, Field } from '../../kit/parts.js';
import { EXAMPLES, type Asked, type Message } from './settings.js';

const ROLES = ['system', 'user', 'assistant'] as const;
const MAX_CHARS = 100_000;

interface AskedProps {
  asked: Asked;
  onChange: (asked: Asked) => void;
}

function Turn(props: { message: Message; place: number; onChange: (message: Message) => void; onRemove: () => void }) {
  const { message, place, onChange, onRemove } = props;
  return (
    <div class="turn">
      <select
        aria-label={`Who says message ${place}`}
        value={message.role}
        onChange={(event) => {
          const role = ROLES.find((one) => one === event.currentTarget.value);
          if (role !== undefined) onChange({ ...message, role });
        }}
      >
        {ROLES.map((role) => (
          <option key={role} value={role}>
            {role}
          </option>
        ))}
      </select>
      <textarea
        rows={2}
        maxLength={MAX_CHARS}
        aria-label={`Message ${place}`}
        value={message.content}
        onInput={(event) => onChange({ ...message, content: event.currentTarget.value })}
      />
      <button type="button" class="plain" onClick={onRemove} aria-label={`Take out message ${place}`}>
        ×
      </button>
    </div>
  );
}

function Chat({ messages, onChange }: { messages: readonly Message[]; onChange: (messages: Message[]) => void }) {
  return (
    <div class="stack">
      {messages.map((message, i) => (
        <Turn
          key={i}
          message={message}
          place={i + 1}
          onChange={(next) => onChange(messages.with(i, next))}
          onRemove={() => onChange(messages.toSpliced(i, 1))}
        />
      ))}
      <button
        type="button"
        class="add"
        onClick={() =>
          onChange([...messages, { role: messages.at(-1)?.role === 'user' ? 'assistant' : 'user', content: '' }])
        }
      >
        Add a message
      </button>
    </div>
  );
}

/** The last thing that the user says: what is kept where one goes from a query to a chat, or back. */
const lastOf = (asked: Asked): string =>
  asked.kind === 'query' ? asked.query : (asked.messages.findLast(({ role }) => role === 'user')?.content ?? '');

/** What is asked: a query, or a chat. */
export function AskedForm({ asked, onChange }: AskedProps) {
  const ask = (query: string): void => onChange({ kind: 'query', query });
  return (
    <div class="stack">
      <Choice
        label="What is asked"
        options={[
          { value: 'query', label: 'Query' },
          { value: 'chat', label: 'Chat' },
        ]}
        value={asked.kind}
        onChange={(kind) =>
          kind === 'query'
            ? ask(lastOf(asked))
            : onChange({ kind, messages: [{ role: 'user', content: lastOf(asked) }] })
        }
      />
      {asked.kind === 'chat' ? (
        <Chat messages={asked.messages} onChange={(messages) => onChange({ kind: 'chat', messages })} />
      ) : (
        <>
          <Field label="Query">
            <textarea
              rows={4}
              maxLength={MAX_CHARS}
              value={asked.query}
              placeholder="What would you ask an LLM?"
              onInput={(event) => ask(event.currentTarget.value)}
            />
          </Field>
          <div class="row examples">
            <span class="muted">For example</span>
            {EXAMPLES.map((example) => (
              <button key={example} type="button" class="example" onClick={() => ask(example)}>
                {example}
              </button>
            ))}
          </div>
        </>
      )}
    </div>
  );
}
