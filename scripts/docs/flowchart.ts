const [ROW, GAP, HEIGHT, MARGIN] = [64, 14, 30, 8];

interface Flowchart {
  /** Labels by id. */
  nodes: Map<string, string>;
  edges: (readonly [from: string, to: string])[];
}

/** Reads what `npm run structure` writes: `Id["label"]` and `Id --> Id & Id` on a line each. */
export function readFlowchart(text: string): Flowchart {
  const nodes = new Map(Array.from(text.matchAll(/^\s*(\w+)\["([^"]*)"\]$/gm), ([, id, label]) => [id!, label!]));
  const edges = Array.from(text.matchAll(/^\s*(\w+) --> (.*)$/gm)).flatMap(([, from, to]) =>
    to!.split('&').map((one) => [from!, one.trim()] as const),
  );
  return { nodes, edges };
}

/** Rows from the top: each node stands below all that lead to it. */
function rowsOf({ nodes, edges }: Flowchart): string[][] {
  const depth = new Map(Array.from(nodes.keys(), (id) => [id, 0]));
  // In a graph without circles, as many rounds as nodes are enough.
  for (let round = 0; round < nodes.size; round++)
    for (const [from, to] of edges) depth.set(to, Math.max(depth.get(to)!, depth.get(from)! + 1));
  const rows: string[][] = [];
  for (const [id, row] of depth) (rows[row] ??= []).push(id);
  return rows;
}

interface Box {
  x: number;
  y: number;
  width: number;
}

function boxesOf(chart: Flowchart): { boxes: Map<string, Box>; width: number; height: number } {
  const rows = rowsOf(chart);
  const widthOf = (id: string): number => chart.nodes.get(id)!.length * 8 + 24;
  const lengths = rows.map((row) => row.reduce((sum, id) => sum + widthOf(id) + GAP, -GAP));
  const width = Math.max(...lengths) + 2 * MARGIN;
  const boxes = new Map<string, Box>();
  for (const [i, row] of rows.entries()) {
    let x = (width - lengths[i]!) / 2;
    for (const id of row) {
      boxes.set(id, { x, y: MARGIN + i * ROW, width: widthOf(id) });
      x += widthOf(id) + GAP;
    }
  }
  return { boxes, width, height: rows.length * ROW - ROW + HEIGHT + 2 * MARGIN };
}

/** A flowchart as a picture, in rows. */
export function drawFlowchart(text: string): string {
  const chart = readFlowchart(text);
  const { boxes, width, height } = boxesOf(chart);
  const lines = chart.edges.map(([from, to]) => {
    const [a, b] = [boxes.get(from)!, boxes.get(to)!];
    const [x, y, toX, toY] = [a.x + a.width / 2, a.y + HEIGHT, b.x + b.width / 2, b.y];
    const bend = (toY - y) / 2;
    return `<path class="line" d="M${x} ${y} C${x} ${y + bend} ${toX} ${toY - bend} ${toX} ${toY}"/>`;
  });
  const nodes = Array.from(boxes, ([id, { x, y, width: wide }]) => {
    const rect = `<rect class="box" x="${x}" y="${y}" width="${wide}" height="${HEIGHT}" rx="6"/>`;
    const middle = `x="${x + wide / 2}" y="${y + 20}"`;
    return `${rect}<text ${middle} text-anchor="middle">${chart.nodes.get(id)}</text>`;
  });
  const inside = [...lines, ...nodes].join('');
  return `<svg viewBox="0 0 ${width} ${height}" xmlns="http://www.w3.org/2000/svg">${inside}</svg>`;
}
