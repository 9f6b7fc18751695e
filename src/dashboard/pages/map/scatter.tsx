import { useEffect, useRef, useState } from 'preact/hooks';
import { themeColour } from '../../kit/colours.js';
import { score } from '../../kit/format.js';
import { isDark } from '../../kit/theme.js';
import { isInside, kindName, type MapQuery, type QueryMap, type Spot } from './region.js';
import { drawScene, onCanvas, onMap, wholeView, zoomed, type Size, type View } from './view.js';

export interface ScatterProps {
  map: QueryMap;
  colourOf: (query: MapQuery) => string;
  region: ReadonlySet<MapQuery>;
  marked: MapQuery | undefined;
  /** Whether dragging draws a lasso; else it moves the map. */
  isLasso: boolean;
  onRegion: (queries: MapQuery[]) => void;
  onMark: (query: MapQuery | undefined) => void;
}

/** Pixels within which a query is pointed at, and beyond which the pointer was dragged. */
const NEAR = 10;
const DRAGGED = 4;
/** How far an arrow key moves, in pixels, and how far a press zooms. */
const STEP = 60;
const ZOOM = 1.4;

const KEYS =
  'Arrow keys move, plus and minus zoom, 0 shows all, Enter selects what is in view, Escape lets go. ' +
  'What is selected stands beside it.';

/** Keeps a canvas as large as its place; answers its size. */
function useSize(place: { current: HTMLDivElement | null }): Size {
  const [size, setSize] = useState<Size>({ width: 0, height: 0 });
  useEffect(() => {
    const element = place.current!;
    const measure = (): void => setSize({ width: element.clientWidth, height: element.clientHeight });
    const observer = new ResizeObserver(measure);
    observer.observe(element);
    measure();
    return () => observer.disconnect();
  }, []);
  return size;
}

function nearest(queries: readonly MapQuery[], at: Spot, view: View, size: Size): MapQuery | undefined {
  let [best, least] = [undefined as MapQuery | undefined, NEAR];
  for (const query of queries) {
    const spot = onCanvas(query, view, size);
    const far = Math.hypot(spot.x - at.x, spot.y - at.y);
    if (far < least) [best, least] = [query, far];
  }
  return best;
}

const spotOf = (event: PointerEvent | WheelEvent): Spot => ({ x: event.offsetX, y: event.offsetY });

/** Queries in the plane: drag moves or draws a lasso, the wheel zooms; so do arrow keys, + and −. */
export function Scatter(props: ScatterProps) {
  const { map, colourOf, region, marked, isLasso, onRegion, onMark } = props;
  const place = useRef<HTMLDivElement>(null);
  const canvas = useRef<HTMLCanvasElement>(null);
  const size = useSize(place);
  const [view, setView] = useState<View>();
  const [lasso, setLasso] = useState<Spot[]>([]);
  const [pointed, setPointed] = useState<MapQuery>();
  const drag = useRef<{ from: Spot; last: Spot; moved: boolean } | undefined>(undefined);
  const whole = size.width === 0 ? undefined : wholeView(map.queries, size);
  const seen = view ?? whole;
  const dark = isDark.value;

  useEffect(() => setView(undefined), [map]);
  useEffect(() => {
    if (seen === undefined || whole === undefined) return;
    const element = canvas.current!;
    const ratio = devicePixelRatio || 1;
    [element.width, element.height] = [Math.round(size.width * ratio), Math.round(size.height * ratio)];
    const pen = element.getContext('2d')!;
    pen.setTransform(ratio, 0, 0, ratio, 0, 0);
    const scene = { queries: map.queries, colourOf, region, marked, lasso, line: themeColour('--accent') };
    drawScene(pen, scene, seen, size, whole);
  }, [map, colourOf, region, marked, lasso, seen?.x, seen?.y, seen?.scale, size, dark]);

  if (seen === undefined || whole === undefined)
    return (
      <div class="scatter">
        <div ref={place} class="canvas" />
      </div>
    );

  const zoom = (factor: number, at: Spot = { x: size.width / 2, y: size.height / 2 }): void =>
    setView(zoomed(seen, factor, at, size, whole));
  const move = (dx: number, dy: number): void =>
    setView({ ...seen, x: seen.x - dx / seen.scale, y: seen.y + dy / seen.scale });
  const inView = (): MapQuery[] =>
    map.queries.filter((query) => {
      const { x, y } = onCanvas(query, seen, size);
      return x >= 0 && y >= 0 && x <= size.width && y <= size.height;
    });

  function onPointerMove(event: PointerEvent): void {
    const at = spotOf(event);
    const own = drag.current;
    if (own === undefined) return setPointed(nearest(map.queries, at, seen!, size));
    own.moved ||= Math.hypot(at.x - own.from.x, at.y - own.from.y) > DRAGGED;
    if (!own.moved) return;
    if (isLasso) setLasso((line) => [...line, onMap(at, seen!, size)]);
    else move(at.x - own.last.x, at.y - own.last.y);
    own.last = at;
  }

  function onPointerUp(event: PointerEvent): void {
    const own = drag.current;
    drag.current = undefined;
    if (own === undefined) return;
    if (!own.moved) onMark(nearest(map.queries, spotOf(event), seen!, size));
    else if (isLasso && lasso.length > 2) onRegion(map.queries.filter((query) => isInside(query, lasso)));
    setLasso([]);
  }

  function onKeyDown(event: KeyboardEvent): void {
    const moves: Record<string, [number, number]> = {
      ArrowLeft: [STEP, 0],
      ArrowRight: [-STEP, 0],
      ArrowUp: [0, STEP],
      ArrowDown: [0, -STEP],
    };
    const by = moves[event.key];
    if (by !== undefined) move(...by);
    else if (event.key === '+' || event.key === '=') zoom(ZOOM);
    else if (event.key === '-') zoom(1 / ZOOM);
    else if (event.key === '0') setView(undefined);
    else if (event.key === 'Enter') onRegion(inView());
    else if (event.key === 'Escape') onRegion([]);
    else return;
    event.preventDefault();
  }

  const tip = pointed === undefined ? undefined : onCanvas(pointed, seen, size);
  return (
    <div class="scatter">
      <div ref={place} class="canvas">
        <canvas
          ref={canvas}
          tabIndex={0}
          role="application"
          aria-roledescription="map"
          aria-label={`Map of ${map.queries.length} queries. ${KEYS}`}
          class={isLasso ? 'lasso' : 'pan'}
          onPointerDown={(event) => {
            event.currentTarget.setPointerCapture(event.pointerId);
            drag.current = { from: spotOf(event), last: spotOf(event), moved: false };
            setPointed(undefined);
            setLasso(isLasso ? [onMap(spotOf(event), seen, size)] : []);
          }}
          onPointerMove={onPointerMove}
          onPointerUp={onPointerUp}
          onPointerCancel={() => ((drag.current = undefined), setLasso([]))}
          onPointerLeave={() => setPointed(undefined)}
          onWheel={(event) => (event.preventDefault(), zoom(Math.exp(-event.deltaY / 400), spotOf(event)))}
          onKeyDown={onKeyDown}
        />
        {pointed !== undefined && tip !== undefined && (
          <div
            class="tip"
            style={{ left: `${Math.min(tip.x + 12, size.width - 190)}px`, top: `${Math.max(4, tip.y - 58)}px` }}
          >
            <strong>{kindName(map, pointed)}</strong>
            <span>
              {map.models[pointed.best]} {score(pointed.quality[pointed.best])}
            </span>
          </div>
        )}
      </div>
      <div class="zoom">
        <button type="button" aria-label="Zoom in" onClick={() => zoom(ZOOM)}>
          +
        </button>
        <button type="button" aria-label="Zoom out" onClick={() => zoom(1 / ZOOM)}>
          −
        </button>
        <button type="button" aria-label="Show all" onClick={() => setView(undefined)}>
          ⤢
        </button>
      </div>
      <button type="button" class="in-view" onClick={() => onRegion(inView())}>
        Select what is in view
      </button>
    </div>
  );
}
