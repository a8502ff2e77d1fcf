import { ViewportPortal } from '@xyflow/react';
import { memo, useMemo } from 'react';
import { grouped } from '../../parts/grouped';
import { toneOfErrors } from '../services/golden';
import { edgeId, type GraphEdge } from './graph';
import { Still, type StillBox } from './Still';
import { HEIGHT, WIDTH, type Layout } from './layout';
import type { Picture } from './graph';

interface Props {
  picture: Picture;
  places: Layout;
  boxes: StillBox[];
  node: string;
  edge: string;
  choose(edge: string): void;
}

/**
 * All edges of a large picture in one drawing, a path for each tone and namespace: an element for each edge is more
 * than a browser moves fluidly, and of one for all it would draw all for each part of the screen. The edges of the node that is chosen are elements of their own, which can be clicked.
 */
export const Bundle = memo(({ picture, places, boxes, node, edge, choose }: Props) => {
  const way = useMemo(() => ways(picture, places), [picture, places]);
  const paths = useMemo(() => {
    const namespaces = new Map(picture.nodes.map((it) => [it.id, it.party.namespace]));
    const groups = grouped(picture.edges, (it) => `${toneOfErrors(it.errorShare) || 'plain'} ${namespaces.get(it.from)}`);
    return [...groups].map(([key, all]) => ({ key, tone: key.split(' ', 1)[0], path: all.map(way).join('') }));
  }, [picture, way]);
  const near = picture.edges.filter((it) => it.from === node || it.to === node || edgeId(it) === edge);

  return (
    <ViewportPortal>
      <Still paths={paths} boxes={boxes} places={places} isDimmed={near.length > 0} />
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
