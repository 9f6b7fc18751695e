import type { ComponentChildren } from 'preact';
import type { Schemas } from '../../../client/index.js';
import { count, duration, time, usd } from '../../kit/format.js';
import { Badge, Llm } from '../../kit/parts.js';

/** Names with what they are; those without a value are left out. */
export function Facts({ facts }: { facts: readonly (readonly [string, ComponentChildren])[] }) {
  return (
    <dl class="facts">
      {facts
        .filter(([, value]) => value !== null && value !== undefined && value !== false)
        .flatMap(([name, value]) => [<dt key={name}>{name}</dt>, <dd key={`${name}-is`}>{value}</dd>])}
    </dl>
  );
}

const tokens = (value: number | null): string | null => (value === null ? null : `${count(value)} tokens`);

/** How a call through the model endpoint went. */
export function CallFacts({ call }: { call: Schemas['Call'] }) {
  return (
    <Facts
      facts={[
        [
          'Answered',
          <>
            <Badge tone={call.status < 400 ? 'good' : 'bad'}>{call.status}</Badge> {time(call.at)}
          </>,
        ],
        ['Error', call.error !== null && <Badge tone="bad">{call.error}</Badge>],
        ['LLM', <Llm id={call.model} />],
        ['Provider', call.provider],
        ['Form', call.api],
        ['Failed before', call.failed > 0 && count(call.failed)],
        ['First byte', call.ttft_ms === null ? null : duration(call.ttft_ms)],
        ['Last byte', duration(call.total_ms)],
        ['Cost', call.cost_usd === null ? null : usd(call.cost_usd)],
        ['Asked', tokens(call.prompt_tokens)],
        ['… of the cache', tokens(call.cached_tokens)],
        ['Answer', tokens(call.completion_tokens)],
        ['… thought', tokens(call.reasoning_tokens)],
        ['Ended', call.finish],
        ['Tenant', call.tenant],
      ]}
    />
  );
}
