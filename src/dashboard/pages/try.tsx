import { useState } from 'preact/hooks';
import { Card, Page } from '../kit/parts.js';
import { answered } from '../kit/problem.js';
import { useQuery } from '../kit/query.js';
import { place } from '../kit/router.js';
import { client, may } from '../kit/session.js';
import { Empty, Loaded } from '../kit/states.js';
import { AskedForm } from './try/asked.js';
import { Result } from './try/result.js';
import { isEmpty, messagesOf, settingsOf, type Asked } from './try/settings.js';
import { SettingsForm } from './try/sliders.js';
import { useTry } from './try/tried.js';
import './try/try.css';

const COMMANDS = `npx pointsman models put openai/gpt-5-mini gpt-5-mini.yaml
npx pointsman import interactions.jsonl`;

/** What a try can be told by. */
async function readChoices(signal: AbortSignal) {
  const [{ models }, { policies }, { providers }] = await Promise.all([
    answered(client.GET('/v1/models', { signal })),
    answered(client.GET('/v1/policies', { signal })),
    answered(client.GET('/v1/providers', { signal })),
  ]);
  return {
    models: models.map(({ id }) => id),
    policies: policies.map(({ name }) => name),
    canCall: providers.length > 0 && may('call'),
  };
}

type Choices = Awaited<ReturnType<typeof readChoices>>;

/** What is typed here, and what came of it. */
function useTries() {
  const [asked, setAsked] = useState<Asked>({ kind: 'query', query: place.value.search.get('query') ?? '' });
  const [first, setFirst] = useState(() => settingsOf('quality'));
  const [second, setSecond] = useState(() => settingsOf('balanced'));
  const [compares, setCompares] = useState(false);
  const [answers, setAnswers] = useState(false);
  const [one, two] = [useTry(), useTry()];
  const isRunning = one.tried.isRunning || two.tried.isRunning;

  function run(): void {
    if (isEmpty(asked)) return;
    one.run(asked, first, answers);
    if (compares) two.run(asked, second, answers);
  }
  function stop(): void {
    one.stop();
    two.stop();
  }
  /** Where the chat goes on: after an answer, with what is to be said next. */
  function goOn(text: string): void {
    const messages = [...messagesOf(asked), { role: 'assistant', content: text } as const];
    setAsked({ kind: 'chat', messages: [...messages, { role: 'user', content: '' }] });
  }
  return {
    asked,
    setAsked,
    first,
    setFirst,
    second,
    setSecond,
    compares,
    setCompares,
    answers,
    setAnswers,
    one,
    two,
    isRunning,
    run,
    stop,
    goOn,
  };
}

function Check({ label, value, onChange }: { label: string; value: boolean; onChange: (value: boolean) => void }) {
  return (
    <label class="check">
      <input type="checkbox" checked={value} onChange={(event) => onChange(event.currentTarget.checked)} />
      <span>{label}</span>
    </label>
  );
}

function Actions({ tries, canCall }: { tries: ReturnType<typeof useTries>; canCall: boolean }) {
  const { asked, compares, setCompares, answers, setAnswers, isRunning, stop } = tries;
  return (
    <>
      <div class="row">
        <button type="submit" class="primary" disabled={isEmpty(asked) || !may('route')}>
          {answers ? 'Route and answer' : 'Route'}
        </button>
        {isRunning && (
          <button type="button" onClick={stop}>
            Stop
          </button>
        )}
        <Check label="Compare two policies" value={compares} onChange={setCompares} />
        {canCall && <Check label="Let the LLM answer" value={answers} onChange={setAnswers} />}
      </div>
      <p class="muted">
        {may('route')
          ? 'Ctrl+Enter sends. Each try is a decision like any other: it is logged, and counts in figures.'
          : 'The key may not route: it has not the scope route.'}
      </p>
    </>
  );
}

function TryForm({ choices, tries }: { choices: Choices; tries: ReturnType<typeof useTries> }) {
  const { asked, setAsked, first, setFirst, second, setSecond, compares, run } = tries;
  return (
    <form
      class="grid"
      onSubmit={(event) => {
        event.preventDefault();
        run();
      }}
      onKeyDown={(event) => {
        if (event.key !== 'Enter' || !(event.ctrlKey || event.metaKey)) return;
        event.preventDefault();
        run();
      }}
    >
      <Card title="Ask" span={compares ? 12 : 7}>
        <div class="stack">
          <AskedForm asked={asked} onChange={setAsked} />
          <Actions tries={tries} canCall={choices.canCall} />
        </div>
      </Card>
      <Card title={compares ? 'One policy' : 'Policy'} span={compares ? 6 : 5}>
        <SettingsForm {...choices} settings={first} onChange={setFirst} />
      </Card>
      {compares && (
        <Card title="Another policy" span={6}>
          <SettingsForm {...choices} settings={second} onChange={setSecond} />
        </Card>
      )}
    </form>
  );
}

export default function TryItPage() {
  const query = useQuery(readChoices, [], { follows: ['catalog', 'policies', 'providers'] });
  const tries = useTries();
  const { one, two, compares, first, second, goOn } = tries;
  const goOnAfter = ({ tried: { streamed } }: typeof one) =>
    streamed === undefined ? undefined : () => goOn(streamed.text);
  return (
    <Page title="Try it">
      <Loaded query={query} rows={8}>
        {(choices) =>
          choices.models.length === 0 ? (
            <Card>
              <Empty title="There is no LLM to choose from yet">
                <p>Declare one, or import a log:</p>
                <pre>{COMMANDS}</pre>
              </Empty>
            </Card>
          ) : (
            <div class="stack">
              <TryForm choices={choices} tries={tries} />
              <div class="grid" aria-live="polite">
                <Result
                  title={`By ${first.policy}`}
                  tried={one.tried}
                  span={compares ? 6 : 12}
                  onGoOn={goOnAfter(one)}
                />
                {compares && (
                  <Result title={`By ${second.policy}`} tried={two.tried} span={6} onGoOn={goOnAfter(two)} />
                )}
              </div>
            </div>
          )
        }
      </Loaded>
    </Page>
  );
}
