import { useEffect, useRef, useState } from 'preact/hooks';
import { Sigma } from 'sigma';
import { themeColour } from '../../kit/colours.js';
import { isDark } from '../../kit/theme.js';
import {
  drawEdgesOf,
  keyOf,
  LOOK,
  type Drawn,
  type EdgeAttributes,
  type Neighbour,
  type NodeAttributes,
} from './model.js';

export interface StageProps {
  graph: Drawn;
  /** Key of the node that is selected; empty for none. */
  selected: string;
  /** Of the selected node. */
  neighbours: readonly Neighbour[];
  isShown: (key: string) => boolean;
  onSelect: (key: string) => void;
}

/** From so many edges and nodes on, edges and labels are not drawn while the picture moves. */
const MANY_EDGES = 800;
const MANY_NODES = 1_500;
/** How far one press of a zoom key goes, and how long it takes. */
const ZOOM = { factor: 1.5, duration: 150 };

const KEYS =
  'Graph. Arrow keys go to the neighbour in their direction, plus and minus zoom, 0 shows all, Escape lets go. ' +
  'What is selected and its neighbours stand in the table beside it.';

type Stage = Sigma<NodeAttributes, EdgeAttributes>;

/** Whether the browser draws by WebGL 2. */
export const canDraw = (): boolean => document.createElement('canvas').getContext('webgl2') !== null;

/** What styles and reducers read as it is now. */
interface Seen extends StageProps {
  colours: Record<string, string>;
  near: ReadonlySet<string>;
}

const SHADES = [
  '--text',
  '--surface',
  '--line',
  '--muted',
  '--accent',
  ...Object.values(LOOK).map((one) => one.colour),
];

function seenOf(props: StageProps): Seen {
  const { graph, selected, neighbours } = props;
  const near = new Set(graph.hasNode(selected) ? [selected, ...neighbours.map(({ node }) => keyOf(node))] : []);
  return { ...props, near, colours: Object.fromEntries(SHADES.map((name) => [name, themeColour(name)])) };
}

/** A colour with an alpha of 0 to 1. */
const faint = (colour: string, alpha: number): string =>
  `${colour}${Math.round(255 * alpha)
    .toString(16)
    .padStart(2, '0')}`;

/** How nodes and edges look: what is beside the selected one stands out, the rest steps back. */
function open(place: HTMLElement, graph: Drawn, seen: () => Seen): Stage {
  return new Sigma<NodeAttributes, EdgeAttributes>(graph as never, place, {
    settings: {
      hideEdgesOnMove: graph.size > MANY_EDGES,
      hideLabelsOnMove: graph.order > MANY_NODES,
      pickingDownSizingRatio: 4,
      itemSizesReference: 'screen',
      labelDensity: 0.6,
      labelRenderedSizeThreshold: 5,
      stagePadding: 56,
      minCameraRatio: 0.02,
      maxCameraRatio: 3,
      gestureTarget: 'graph',
      zoomDuration: 0,
      inertiaDuration: 0,
    },
    nodeReducer: (key, _data, { kind, size, label }) => {
      const { colours, near, selected, isShown } = seen();
      if (!isShown(key)) return { visibility: 'hidden' };
      const isFar = near.size > 0 && !near.has(key);
      const isSelected = key === selected;
      const colour = colours[LOOK[kind].colour]!;
      return {
        label: isFar ? '' : label,
        labelColor: colours['--text']!,
        labelSize: kind === 'llm' ? 13 : 12,
        labelVisibility: isSelected || kind === 'llm' ? 'visible' : 'auto',
        size: isSelected ? Math.max(12, 1.3 * size) : kind === 'query' && near.has(key) ? 1.25 * size : size,
        color: isFar ? faint(colour, 0.14) : colour,
        zIndex: isSelected ? 4 : (kind === 'query' ? 0 : 2) + (near.has(key) ? 1 : 0),
        backdropColor: colours['--surface']!,
        ...(isSelected && { backdropVisibility: 'visible' as const }),
      };
    },
    edgeReducer: (key, _data, { weight }) => {
      const { colours, near, selected, isShown } = seen();
      const [from, to] = graph.extremities(key);
      if (!isShown(from) || !isShown(to)) return { visibility: 'hidden' };
      if (near.size === 0) return { size: 0.8, color: faint(colours['--muted']!, 0.25) };
      if (from !== selected && to !== selected) return { visibility: 'hidden' };
      const isMany = near.size > 100;
      return {
        size: isMany ? 0.8 : 1.5,
        color: faint(colours['--accent']!, (isMany ? 0.35 : 0.85) * (0.25 + 0.75 * weight)),
      };
    },
  });
}

/** Which of the neighbours lies in the direction of an arrow key. */
function inDirection(
  { graph, selected, neighbours, isShown }: StageProps,
  stage: Stage,
  key: string,
): string | undefined {
  const towards = { ArrowRight: 0, ArrowDown: Math.PI / 2, ArrowLeft: Math.PI, ArrowUp: -Math.PI / 2 }[key];
  if (towards === undefined) return undefined;
  if (!graph.hasNode(selected)) return graph.findNode((node) => isShown(node));
  const seenAt = (node: string): { x: number; y: number } =>
    stage.graphToViewport({ x: graph.getNodeAttribute(node, 'x'), y: graph.getNodeAttribute(node, 'y') });
  const own = seenAt(selected);
  let [best, least] = [undefined as string | undefined, Infinity];
  for (const { node } of neighbours) {
    const other = keyOf(node);
    if (!isShown(other)) continue;
    const at = seenAt(other);
    const turn = Math.abs(Math.atan2(at.y - own.y, at.x - own.x) - towards);
    const off = Math.min(turn, 2 * Math.PI - turn);
    const far = Math.hypot(at.x - own.x, at.y - own.y) * (1 + 2 * off);
    if (off <= Math.PI / 3 && far < least) [best, least] = [other, far];
  }
  return best;
}

/** The graph, drawn by WebGL. Arrow keys go to the neighbour in their direction, + and − zoom, Escape lets go. */
export function GraphStage(props: StageProps) {
  const { graph, selected, isShown, onSelect } = props;
  const place = useRef<HTMLDivElement>(null);
  const stage = useRef<Stage | undefined>(undefined);
  const dark = isDark.value;
  const seen = useRef<Seen | undefined>(undefined);
  const [isLost, setLost] = useState(false);

  useEffect(() => {
    seen.current = seenOf(props);
    drawEdgesOf(graph, selected, graph.hasNode(selected) ? props.neighbours : []);
    stage.current?.refresh({ skipIndexation: true });
  }, [graph, selected, isShown, dark]);

  useEffect(() => {
    const own = (stage.current = open(place.current!, graph, () => seen.current!));
    own.on('clickNode', ({ node }) => onSelect(node));
    own.on('clickStage', () => onSelect(''));
    own.on('webglContextLost', () => setLost(true));
    return () => {
      own.kill();
      stage.current = undefined;
    };
  }, [graph]);

  function onKeyDown(event: KeyboardEvent): void {
    const own = stage.current;
    if (own === undefined) return;
    if (event.key === '+' || event.key === '=') void own.getCamera().zoomIn(ZOOM);
    else if (event.key === '-') void own.getCamera().zoomOut(ZOOM);
    else if (event.key === '0') void own.getCamera().reset(ZOOM);
    else if (event.key === 'Escape') onSelect('');
    else if (event.key.startsWith('Arrow')) {
      const next = inDirection(props, own, event.key);
      if (next !== undefined) onSelect(next);
    } else return;
    event.preventDefault();
  }

  return (
    <div class="stage">
      {isLost && <p class="notice warn">The browser took the graphics away. Load the page again to see the graph.</p>}
      <div
        ref={place}
        class="canvas"
        tabIndex={0}
        role="application"
        aria-roledescription="graph"
        aria-label={KEYS}
        onKeyDown={onKeyDown}
      />
      <div class="zoom">
        <button type="button" aria-label="Zoom in" onClick={() => void stage.current?.getCamera().zoomIn(ZOOM)}>
          +
        </button>
        <button type="button" aria-label="Zoom out" onClick={() => void stage.current?.getCamera().zoomOut(ZOOM)}>
          −
        </button>
        <button type="button" aria-label="Show all" onClick={() => void stage.current?.getCamera().reset(ZOOM)}>
          ⤢
        </button>
      </div>
    </div>
  );
}
