import type { ComponentChildren } from 'preact';
import { answered } from '../kit/problem.js';
import { useQuery } from '../kit/query.js';
import { client } from '../kit/session.js';
import { Empty, Loaded } from '../kit/states.js';

/** File of a version that graph and map are drawn from. */
const MAP_FILE = 'map.json';

/** What is drawn of the version in force; says what to do where there is none, or one without a map. */
export function Trained({ children }: { children: (version: string) => ComponentChildren }) {
  const versions = useQuery(async (signal) => (await answered(client.GET('/v1/weights', { signal }))).weights, [], {
    follows: ['artifacts'],
  });
  return (
    <Loaded query={versions}>
      {(all) => {
        const inForce = all.find(({ active }) => active);
        if (inForce === undefined)
          return (
            <Empty title="Nothing is trained yet">
              <p>Import a log and train on it, then it is drawn here:</p>
              <pre>{'npx pointsman import interactions.jsonl.gz\nnpx pointsman train'}</pre>
            </Empty>
          );
        if (!inForce.files.some(({ name }) => name === MAP_FILE))
          return (
            <Empty title={`Version ${inForce.version} has no map`}>
              <p>It is from before versions had one. The next that is trained has:</p>
              <pre>npx pointsman train</pre>
            </Empty>
          );
        return children(inForce.version);
      }}
    </Loaded>
  );
}
