import type { MapQuery, Spot } from './region.js';

/** What of the map is seen: the middle of the canvas, and pixels for a length of 1. */
export interface View {
  x: number;
  y: number;
  scale: number;
}

export interface Size {
  width: number;
  height: number;
}

const MARGIN = 24;
const CLOSEST = 60;

/** All of it. */
export function wholeView(queries: readonly MapQuery[], { width, height }: Size): View {
  const [xs, ys] = [queries.map(({ x }) => x), queries.map(({ y }) => y)];
  const [left, right] = [Math.min(...xs), Math.max(...xs)];
  const [low, high] = [Math.min(...ys), Math.max(...ys)];
  const fit = (room: number, length: number): number => Math.max(40, room - 2 * MARGIN) / Math.max(length, 0.05);
  return {
    x: (left + right) / 2,
    y: (low + high) / 2,
    scale: Math.min(fit(width, right - left), fit(height, high - low)),
  };
}

export const onCanvas = ({ x, y }: Spot, view: View, { width, height }: Size): Spot => ({
  x: width / 2 + (x - view.x) * view.scale,
  y: height / 2 - (y - view.y) * view.scale,
});

export const onMap = ({ x, y }: Spot, view: View, { width, height }: Size): Spot => ({
  x: view.x + (x - width / 2) / view.scale,
  y: view.y - (y - height / 2) / view.scale,
});

/** Nearer by a factor, with a spot of the canvas staying where it is. */
export function zoomed(view: View, factor: number, at: Spot, size: Size, whole: View): View {
  const scale = Math.min(CLOSEST * whole.scale, Math.max(0.6 * whole.scale, view.scale * factor));
  const fixed = onMap(at, view, size);
  return {
    x: fixed.x - (at.x - size.width / 2) / scale,
    y: fixed.y + (at.y - size.height / 2) / scale,
    scale,
  };
}

/** What is drawn, and how. */
export interface Scene {
  queries: readonly MapQuery[];
  colourOf: (query: MapQuery) => string;
  /** Those that stand out; all do where there is none. */
  region: ReadonlySet<MapQuery>;
  /** One that is looked at. */
  marked: MapQuery | undefined;
  lasso: readonly Spot[];
  line: string;
}

function drawLasso(pen: CanvasRenderingContext2D, lasso: readonly Spot[], view: View, size: Size, line: string): void {
  if (lasso.length < 2) return;
  pen.beginPath();
  lasso.forEach((spot, i) => {
    const { x, y } = onCanvas(spot, view, size);
    if (i === 0) pen.moveTo(x, y);
    else pen.lineTo(x, y);
  });
  pen.closePath();
  pen.globalAlpha = 0.12;
  pen.fillStyle = line;
  pen.fill();
  pen.globalAlpha = 1;
  pen.lineWidth = 1.5;
  pen.strokeStyle = line;
  pen.stroke();
}

export function drawScene(pen: CanvasRenderingContext2D, scene: Scene, view: View, size: Size, whole: View): void {
  const { queries, colourOf, region, marked, lasso, line } = scene;
  pen.clearRect(0, 0, size.width, size.height);
  const crowd = Math.sqrt(2_000 / Math.max(200, queries.length));
  const radius = Math.min(9, 3 * Math.min(1.3, crowd) * (view.scale / whole.scale) ** 0.35);
  for (const isFront of [false, true])
    for (const query of queries) {
      const isIn = region.size === 0 || region.has(query);
      if (isIn !== isFront) continue;
      const { x, y } = onCanvas(query, view, size);
      if (x < -radius || y < -radius || x > size.width + radius || y > size.height + radius) continue;
      pen.globalAlpha = isIn ? 0.82 : 0.13;
      pen.fillStyle = colourOf(query);
      pen.beginPath();
      pen.arc(x, y, radius, 0, 2 * Math.PI);
      pen.fill();
    }
  pen.globalAlpha = 1;
  if (marked !== undefined) {
    const { x, y } = onCanvas(marked, view, size);
    pen.strokeStyle = line;
    pen.lineWidth = 2;
    pen.beginPath();
    pen.arc(x, y, radius + 4, 0, 2 * Math.PI);
    pen.stroke();
  }
  drawLasso(pen, lasso, view, size, line);
}
