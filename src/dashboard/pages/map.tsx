import { useMemo, useState } from 'preact/hooks';
import { count } from '../kit/format.js';
import { Card, Page } from '../kit/parts.js';
import { answered } from '../kit/problem.js';
import { useQuery } from '../kit/query.js';
import { setSearch } from '../kit/router.js';
import { client } from '../kit/session.js';
import { Loaded } from '../kit/states.js';
import { Marked, Region } from './map/beside.js';
import { colouringOf } from './map/colouring.js';
import { ColourLegend, Controls, groupNamed, wantedNow, type Wanted } from './map/controls.js';
import type { MapQuery, QueryMap } from './map/region.js';
import { Scatter } from './map/scatter.js';
import { Trained } from './trained.js';
import './map/map.css';

/** How many queries are asked for. */
const QUERIES = 5_000;

const LEGENDS = {
  kind: 'Kinds of query, by colour',
  best: 'LLMs that are expected to be best, by colour',
  regret: 'Regret, by colour',
} as const;

function Drawing({ map, wanted }: { map: QueryMap; wanted: Wanted }) {
  const [lassoed, setLassoed] = useState<MapQuery[]>([]);
  const [marked, setMarked] = useState<MapQuery>();
  const chosen = map.models.findIndex((model) => model === wanted.incumbent);
  const incumbent = chosen < 0 ? map.incumbent : chosen;
  const colouring = useMemo(() => colouringOf(map, wanted.colours, incumbent), [map, wanted.colours, incumbent]);
  const group = useMemo(() => groupNamed(map, wanted.group), [map, wanted.group]);
  const selected = group?.queries ?? lassoed;
  const region = useMemo(() => new Set(selected), [selected]);
  const letGo = (): void => {
    setLassoed([]);
    setSearch({ group: undefined });
  };
  return (
    <div class="grid">
      <Card
        span={7}
        title="Queries that are alike lie near each other"
        aside={
          map.left_out.queries > 0
            ? `${count(map.queries.length)} of ${count(map.queries.length + map.left_out.queries)} queries, at random`
            : `${count(map.queries.length)} queries`
        }
      >
        <div class="stack">
          <Controls map={map} wanted={wanted} incumbent={incumbent} />
          <Scatter
            map={map}
            colourOf={colouring.colourOf}
            region={region}
            marked={marked}
            isLasso={wanted.drag === 'lasso'}
            onRegion={(queries) => {
              setMarked(undefined);
              setSearch({ group: undefined });
              setLassoed(queries);
            }}
            onMark={setMarked}
          />
          <ColourLegend legend={colouring.legend} label={LEGENDS[wanted.colours]} />
        </div>
      </Card>
      <div class="span-5">
        {marked !== undefined ? (
          <Marked map={map} query={marked} onLetGo={() => setMarked(undefined)} />
        ) : (
          <Region
            map={{ ...map, incumbent }}
            region={selected.length > 0 || group !== null ? selected : map.queries}
            title={group?.title ?? (selected.length > 0 ? 'Region' : 'All of it')}
            onLetGo={selected.length > 0 || group !== null ? letGo : undefined}
            onMark={setMarked}
          />
        )}
      </div>
    </div>
  );
}

function Picture({ version }: { version: string }) {
  const map = useQuery(
    (signal) => answered(client.GET('/v1/map', { params: { query: { queries: QUERIES } }, signal })),
    [version],
  );
  return (
    <Loaded query={map} rows={8}>
      {(data) => <Drawing map={data} wanted={wantedNow()} />}
    </Loaded>
  );
}

export default function MapOfQueriesPage() {
  return (
    <Page title="Map of queries">
      <Trained>{(version) => <Picture version={version} />}</Trained>
    </Page>
  );
}
