import { ViewportPortal } from '@xyflow/react';
import { memo, useEffect, useMemo, useRef } from 'react';
import { grouped } from '../../parts/grouped';
import { toneOfErrors } from '../services/golden';
import { edgeId, type GraphEdge } from './graph';
import { HEIGHT, WIDTH, type Layout } from './layout';
import type { Picture } from './graph';

interface Props {
  picture: Picture;
  places: Layout;
  node: string;
  edge: string;
  choose(edge: string): void;
}

/**
 * All edges of a large picture in one drawing, a path for each tone and namespace: an element for each edge is more
 * than a browser moves fluidly, and of one for all it would draw all for each part of the screen. The edges of the node that is chosen are elements of their own, which can be clicked.
 */
export const Bundle = memo(({ picture, places, node, edge, choose }: Props) => {
  const way = useMemo(() => ways(picture, places), [picture, places]);
  const paths = useMemo(() => {
    const namespaces = new Map(picture.nodes.map((it) => [it.id, it.party.namespace]));
    const groups = grouped(picture.edges, (it) => `${toneOfErrors(it.errorShare) || 'plain'} ${namespaces.get(it.from)}`);
    return [...groups].map(([key, all]) => ({ key, tone: key.split(' ', 1)[0], path: all.map(way).join('') }));
  }, [picture, way]);
  const near = picture.edges.filter((it) => it.from === node || it.to === node || edgeId(it) === edge);

  return (
    <ViewportPortal>
      <Still paths={paths} places={places} />
      <svg className={near.length > 0 ? 'bundle dimmed' : 'bundle'} aria-hidden="true">
        {paths.map(({ key, tone, path }) => <path key={key} className={tone} d={path} />)}
      </svg>
      <svg className="bundle near" aria-hidden="true">
        {near.map((it) => (
          <path key={edgeId(it)} className={`${toneOfErrors(it.errorShare)} ${edgeId(it) === edge ? 'chosen' : ''}`} d={way(it)}
            onClick={() => choose(edgeId(it))} />
        ))}
      </svg>
    </ViewportPortal>
  );
});
Bundle.displayName = 'Bundle';

/** The wider side of a still, in pixels. */
const STILL = 1_024;
/** How long after the last turn of a wheel the zoom is over. */
const STILL_MILLIS = 180;
/** Edges reach so far beyond the boxes. */
const MARGIN = 300;

/**
 * All edges as one image, which stands in for them while one zooms: a thousand curves are drawn anew by the browser at
 * each scale, and an image is only made larger.
 */
const Still = memo(({ paths, places }: { paths: { tone: string | undefined; path: string }[]; places: Layout }) => {
  const canvas = useRef<HTMLCanvasElement>(null);
  const size = useMemo(() => {
    const boxes = [...places.namespaces.values()];
    const [width, height] = [Math.max(...boxes.map((it) => it.x + it.width)) + 2 * MARGIN, Math.max(...boxes.map((it) => it.y + it.height)) + 2 * MARGIN];
    const scale = Math.min(1, STILL / Math.max(width, height));
    return { width: Math.ceil(width * scale), height: Math.ceil(height * scale), scale };
  }, [places]);

  useEffect(() => {
    const map = canvas.current?.closest('.map');
    if (!map) return;
    let [drawn, timer, idle] = ['', 0, 0];
    const look = () => {
      const style = getComputedStyle(map);
      return ['--line-strong', '--warn', '--bad'].map((it) => style.getPropertyValue(it).trim());
    };
    const prepare = () => {
      cancelIdle(idle);
      const colours = look();
      idle = drawIdly(canvas.current, size.scale, paths, colours, (it) => (idle = it), () => (drawn = colours.join(' ')));
    };
    const zooms = () => {
      // The theme may be another one since; until the image is there, the curves themselves are.
      if (timer === 0 && drawn !== '' && drawn !== look().join(' ')) {
        drawn = '';
        prepare();
      }
      map.toggleAttribute('data-zooming', drawn !== '');
      clearTimeout(timer);
      timer = window.setTimeout(() => {
        timer = 0;
        map.toggleAttribute('data-zooming', false);
      }, STILL_MILLIS);
    };
    prepare();
    map.addEventListener('wheel', zooms, { passive: true, capture: true });
    return () => {
      clearTimeout(timer);
      cancelIdle(idle);
      map.toggleAttribute('data-zooming', false);
      map.removeEventListener('wheel', zooms, { capture: true });
    };
  }, [paths, size]);

  return (
    <canvas ref={canvas} className="bundle-still" aria-hidden="true" width={size.width} height={size.height}
      style={{ left: -MARGIN, top: -MARGIN, transform: `scale(${1 / size.scale})` }} />
  );
});
Still.displayName = 'Still';

// Safari has none.
const whenIdle = (act: () => void) => (window.requestIdleCallback ? window.requestIdleCallback(act) : window.setTimeout(act, 50));
const cancelIdle = (id: number) => (window.cancelIdleCallback ? window.cancelIdleCallback(id) : clearTimeout(id));

/** Draws a path each time that the browser has nothing else to do. */
function drawIdly(
  canvas: HTMLCanvasElement | null, scale: number, paths: { tone: string | undefined; path: string }[], [plain, warn, bad]: string[],
  next: (id: number) => void, done: () => void,
): number {
  const pen = canvas?.getContext('2d');
  if (!canvas || !pen) return 0;
  const left = [...paths];
  const one = () => {
    const it = left.pop();
    if (!it) return done();
    pen.lineWidth = it.tone === 'bad' ? 1.6 : 1.2;
    pen.strokeStyle = (it.tone === 'bad' ? bad : it.tone === 'warn' ? warn : plain) ?? '';
    pen.stroke(new Path2D(it.path));
    next(whenIdle(one));
  };
  pen.setTransform(1, 0, 0, 1, 0, 0);
  pen.clearRect(0, 0, canvas.width, canvas.height);
  pen.setTransform(scale, 0, 0, scale, MARGIN * scale, MARGIN * scale);
  pen.globalAlpha = 0.8;
  return whenIdle(one);
}

/** From the right side of who calls to the left side of whom. */
function ways(picture: Picture, places: Layout): (edge: GraphEdge) => string {
  const at = new Map(picture.nodes.flatMap((it) => {
    const box = places.namespaces.get(it.party.namespace);
    const inside = places.nodes.get(it.id);
    return box && inside ? [[it.id, { x: box.x + inside.x, y: box.y + inside.y + HEIGHT / 2 }]] : [];
  }));
  return (edge) => {
    const [from, to] = [at.get(edge.from), at.get(edge.to)];
    if (!from || !to) return '';
    const [x, reach] = [from.x + WIDTH, Math.max(40, Math.abs(to.x - from.x - WIDTH) / 2)];
    return `M${x} ${from.y}C${x + reach} ${from.y} ${to.x - reach} ${to.y} ${to.x} ${to.y}`;
  };
}
