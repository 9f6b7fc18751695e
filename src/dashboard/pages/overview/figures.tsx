import type { Schemas } from '../../../client/index.js';
import { ago, count, duration, percent, score, shortId, usd } from '../../kit/format.js';
import { Card, Figure } from '../../kit/parts.js';
import { hrefTo } from '../../kit/router.js';

type Overview = Schemas['Overview'];

/** What is saved against the baseline, in words. */
function saved({ expected, baseline }: Overview['totals'], name: string): { value: string; note: string } {
  const [own, other] = [expected.cost_usd, baseline?.cost_usd ?? null];
  if (own === null || other === null || other === 0) return { value: '–', note: `${name}: cost not known` };
  const points = baseline?.quality == null || expected.quality === null ? null : expected.quality - baseline.quality;
  const quality = points === null ? '' : `; quality ${points < 0 ? '−' : '+'}${score(Math.abs(points))}`;
  return { value: percent(1 - own / other), note: `${usd(other - own)} less than ${name}${quality}` };
}

function interval({ quality_low: low, quality_high: high }: Overview['totals']['observed']): string {
  return low === null || high === null ? 'Mean score' : `Mean score, 95%: ${score(low)} to ${score(high)}`;
}

export interface FiguresProps {
  overview: Overview;
  /** What the baseline is called. */
  baseline: string;
  alerts: number | undefined;
  version: Schemas['WeightList']['weights'][number] | undefined;
}

export function Figures({ overview: { totals }, baseline, alerts, version }: FiguresProps) {
  const { observed, expected } = totals;
  const saving = saved(totals, baseline);
  return (
    <Card>
      <div class="figures">
        <Figure
          label="Decisions"
          value={count(totals.decisions)}
          note={`${count(observed.answers)} answers reported`}
        />
        <Figure label="Quality" value={score(observed.quality)} note={interval(observed)} />
        <Figure
          label="Cost"
          value={usd(observed.cost_usd ?? expected.cost_usd)}
          note={observed.cost_usd === null ? 'Expected' : 'As reported'}
        />
        <Figure label="Saved, as expected" value={saving.value} note={saving.note} />
        <Figure
          label="Median latency"
          value={duration(observed.latency_p50_ms)}
          note={`90% within ${duration(observed.latency_p90_ms)}`}
        />
        <Figure label="Errors" value={percent(observed.error_share)} note={`${count(observed.errors)} failed`} />
        <Figure
          label="Open alerts"
          value={<a href={hrefTo(['health'])}>{count(alerts)}</a>}
          {...(alerts !== undefined && alerts > 0 && { tone: 'bad' as const })}
          note="LLMs that got worse"
        />
        <Figure
          label="Last training"
          value={<a href={hrefTo(['training'])}>{version === undefined ? 'None' : ago(version.created_at)}</a>}
          note={version === undefined ? 'pointsman train' : `Version ${shortId(version.version)}`}
        />
      </div>
    </Card>
  );
}
