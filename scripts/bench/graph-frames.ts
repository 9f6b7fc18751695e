/**
 * Frames a second of the graph page in Debian's Chromium while a mouse drags it, at a service that runs: the page's
 * own frames. Without a graphics card it is drawn by the CPU (SwiftShader). Where the service has fewer nodes than
 * `--fill`, its queries are drawn again beside themselves until there are so many.
 *
 *     node dist/scripts/bench/graph-frames.js URL [--queries 5000] [--seconds 5] [--fill 5000] [--gpu]
 */
import { parseArgs } from 'node:util';
import { cpus } from 'node:os';
import { chromium } from 'playwright-core';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    queries: { type: 'string', default: '5000' },
    seconds: { type: 'string', default: '5' },
    fill: { type: 'string', default: '0' },
    gpu: { type: 'boolean', default: false },
  },
});
const url = positionals[0] ?? 'http://127.0.0.1:8080';
const seconds = Number(values.seconds);
const DRAWN_MS = 120_000;

const browser = await chromium.launch({
  executablePath: '/usr/bin/chromium',
  args: ['--no-sandbox', '--disable-dev-shm-usage', values.gpu ? '--enable-gpu' : '--enable-unsafe-swiftshader'],
});
const page = await browser.newPage({ viewport: { width: 1280, height: 900 } });
page.setDefaultTimeout(DRAWN_MS);

interface Answered {
  nodes: { kind: string; id: string; x: number; y: number }[];
  edges: { relation: string; source: number; target: number; weight: number }[];
}
const graph = (await (await fetch(`${url}/v1/graph?queries=${values.queries}`)).json()) as Answered;
const { nodes, edges } = graph;
const queries = nodes.flatMap(({ kind }, n) => (kind === 'query' ? [n] : []));
const ofQueries = edges.filter(({ relation }) => relation === 'query-kind' || relation === 'query-task');
for (let copy = 0; nodes.length < Number(values.fill); copy++) {
  const from = queries[copy % queries.length]!;
  const { x, y, id } = nodes[from]!;
  const beside = (way: number): number => 0.03 * Math.sin(way * (copy + 1));
  nodes.push({ kind: 'query', id: `${copy} ${id}`, x: x + beside(7.1), y: y + beside(3.7) });
  for (const edge of ofQueries) if (edge.source === from) edges.push({ ...edge, source: nodes.length - 1 });
}
if (Number(values.fill) > 0)
  await page.route('**/v1/graph?*', (route) =>
    route.fulfill({ contentType: 'application/json', body: JSON.stringify(graph) }),
  );
await page.goto(`${url}/#/graph?queries=${values.queries}`);
await page.locator('.stage canvas').first().waitFor();
const box = (await page.locator('.stage .canvas').boundingBox())!;
const [x, y] = [box.x + box.width / 2, box.y + box.height / 2];

/** Counts frames and the longest pause between two, until it is asked. */
await page.evaluate(`(() => {
  const counted = (globalThis.counted = { frames: 0, longest: 0, last: performance.now() });
  const count = (now) => {
    counted.frames++;
    counted.longest = Math.max(counted.longest, now - counted.last);
    counted.last = now;
    requestAnimationFrame(count);
  };
  requestAnimationFrame(count);
})()`);
const read = async (): Promise<{ frames: number; longest: number }> =>
  (await page.evaluate(
    '(() => { const { frames, longest } = counted; counted.longest = 0; return { frames, longest }; })()',
  )) as { frames: number; longest: number };

await page.mouse.move(x, y);
await page.mouse.down();
const before = await read();
const begun = performance.now();
for (let step = 0; performance.now() - begun < seconds * 1000; step++)
  await page.mouse.move(x + 120 * Math.sin(step / 12), y + 90 * Math.cos(step / 12));
const took = (performance.now() - begun) / 1000;
const after = await read();
await page.mouse.up();
await browser.close();
const rate = ((after.frames - before.frames) / took).toFixed(1);
const machine = `${cpus().length} cores, ${cpus()[0]!.model}, ${values.gpu ? 'graphics card' : 'SwiftShader'}`;
console.log(
  `${nodes.length} nodes, ${edges.length} edges: ${rate} frames a second while panning, ` +
    `longest pause ${Math.round(after.longest)} ms (${machine})`,
);
