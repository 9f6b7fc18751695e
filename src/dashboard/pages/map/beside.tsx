import { useState } from 'preact/hooks';
import { count, percent, score } from '../../kit/format.js';
import { Card, Llm, Range, Share } from '../../kit/parts.js';
import { Table } from '../../kit/table.js';
import { LoggedQuery, QueryText } from '../logged-query.js';
import { kindName, regretOf, sharesOf, standings, type MapQuery, type QueryMap, type Standing } from './region.js';

/** Kinds and examples that are shown of a region. */
const KINDS = 6;
const EXAMPLES = 4;

function Standings({ rows }: { rows: Standing[] }) {
  const low = Math.min(...rows.map((row) => row.low));
  return (
    <Table
      label="LLMs in the region, by expected score"
      columns={[
        { name: 'LLM', cell: ({ model }) => <Llm id={model} />, by: ({ model }) => model },
        {
          name: 'Expected score',
          cell: (row) => <Range mean={row.mean} low={row.low} high={row.high} from={low} />,
          by: (row) => row.mean,
        },
        {
          name: 'Logged',
          cell: (row) => <span title={`on ${count(row.answered)} queries`}>{score(row.observed)}</span>,
          by: (row) => row.observed,
          isNumber: true,
        },
      ]}
      rows={rows}
      keyOf={({ model }) => model}
    />
  );
}

function Kinds({ map, region }: { map: QueryMap; region: readonly MapQuery[] }) {
  const shares = sharesOf(region, (query) => kindName(map, query));
  return (
    <ul class="shares">
      {shares.slice(0, KINDS).map(([name, n]) => (
        <li key={name}>
          <span class="name">{name}</span>
          <Share value={n / region.length} />
          <span class="number">{percent(n / region.length)}</span>
        </li>
      ))}
      {shares.length > KINDS && <li class="muted">and {count(shares.length - KINDS)} more kinds</li>}
    </ul>
  );
}

/** Some queries of a region, by their texts. */
function Examples({ region, onMark }: { region: readonly MapQuery[]; onMark: (query: MapQuery) => void }) {
  const [from, setFrom] = useState(0);
  const first = from % Math.max(1, region.length);
  const shown = [...region.slice(first), ...region.slice(0, first)].slice(0, EXAMPLES);
  return (
    <div class="stack">
      {shown.map((query) => (
        <div key={query.hash} class="example">
          <QueryText hash={query.hash} />
          <button type="button" class="plain link" onClick={() => onMark(query)}>
            Its answers
          </button>
        </div>
      ))}
      {region.length > EXAMPLES && (
        <button type="button" onClick={() => setFrom(first + EXAMPLES)}>
          Other examples
        </button>
      )}
    </div>
  );
}

/** What is in a region, and who is good there. */
export function Region({
  map,
  region,
  title,
  onLetGo,
  onMark,
}: {
  map: QueryMap;
  region: readonly MapQuery[];
  title: string;
  onLetGo: (() => void) | undefined;
  onMark: (query: MapQuery) => void;
}) {
  const incumbent = map.models[map.incumbent];
  const regret = region.reduce((sum, query) => sum + regretOf(query, map.incumbent), 0) / Math.max(1, region.length);
  return (
    <Card
      title={<span aria-live="polite">{`${title}: ${count(region.length)} queries`}</span>}
      aside={
        onLetGo !== undefined && (
          <button type="button" class="plain" aria-label="Let go of the region" onClick={onLetGo}>
            ✕
          </button>
        )
      }
    >
      {region.length === 0 ? (
        <p class="muted">No query lies there.</p>
      ) : (
        <div class="stack">
          <h3>Who is good there</h3>
          <Standings rows={standings(map, region)} />
          {incumbent !== undefined && (
            <p class="muted">
              On a query there, the best LLM is expected to score {score(regret)} more than <Llm id={incumbent} />.
            </p>
          )}
          <h3>What is asked</h3>
          <Kinds map={map} region={region} />
          <h3>Examples</h3>
          <Examples region={region} onMark={onMark} />
        </div>
      )}
    </Card>
  );
}

/** One query of the map. */
export function Marked({ map, query, onLetGo }: { map: QueryMap; query: MapQuery; onLetGo: () => void }) {
  return (
    <Card
      title={<span aria-live="polite">{kindName(map, query)}</span>}
      aside={
        <button type="button" class="plain" aria-label="Let go of the query" onClick={onLetGo}>
          ✕
        </button>
      }
    >
      <div class="stack">
        <LoggedQuery hash={query.hash} />
        <h3>Expected by the text alone</h3>
        <Standings rows={standings(map, [query])} />
      </div>
    </Card>
  );
}
