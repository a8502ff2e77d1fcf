import ELK, { type ElkNode } from 'elkjs/lib/elk-api.js';
import workerUrl from 'elkjs/lib/elk-worker.min.js?url';
import { grouped } from '../../parts/grouped';
import type { Picture } from './graph';

export const WIDTH = 184;
export const HEIGHT = 58;
const GAP = 26;
const COLUMN = WIDTH + 90;
const HEAD = 34;
const PAD = 18;

/** From here on a picture with crossings taken out takes longer than anybody waits. */
const MOST_FOR_ELK = 70;

export interface Box {
  x: number;
  y: number;
  width: number;
  height: number;
}

/** Where namespaces stand, and nodes inside of theirs. */
export interface Layout {
  namespaces: Map<string, Box>;
  nodes: Map<string, { x: number; y: number }>;
}

/** Between columns there is room for the numbers of a call. */
const SPACES = {
  'elk.layered.spacing.nodeNodeBetweenLayers': '150',
  'elk.spacing.nodeNode': String(GAP),
  'elk.spacing.componentComponent': '50',
};

let elk: InstanceType<typeof ELK> | undefined;

export async function layout(picture: Picture): Promise<Layout> {
  return picture.nodes.length > MOST_FOR_ELK ? quick(picture) : byElk(picture);
}

/** Columns by who calls whom, namespace by namespace, the boxes on shelves. Linear in edges and nodes. */
export function quick(picture: Picture): Layout {
  const result: Layout = { namespaces: new Map(), nodes: new Map() };
  const groups = grouped(picture.nodes, (it) => it.party.namespace);
  const ranks = ranksOf(picture);
  const boxes: [string, Box][] = [];
  for (const [namespace, nodes] of groups) {
    const columns = new Map<number, string[]>();
    const tall = Math.max(4, Math.ceil(Math.sqrt(nodes.length * 1.4)));
    let column = -1;
    let last = -1;
    for (const node of nodes.toSorted((a, b) => (ranks.get(a.id) ?? 0) - (ranks.get(b.id) ?? 0) || a.id.localeCompare(b.id))) {
      const rank = ranks.get(node.id) ?? 0;
      if (rank !== last || (columns.get(column)?.length ?? 0) >= tall) {
        column += 1;
        last = rank;
      }
      columns.set(column, [...(columns.get(column) ?? []), node.id]);
    }
    let most = 0;
    columns.forEach((ids, at) => {
      most = Math.max(most, ids.length);
      ids.forEach((id, row) => result.nodes.set(id, { x: PAD + at * COLUMN, y: HEAD + row * (HEIGHT + GAP) }));
    });
    boxes.push([namespace, {
      x: 0, y: 0,
      width: PAD * 2 + column * COLUMN + WIDTH,
      height: HEAD + most * (HEIGHT + GAP) - GAP + PAD,
    }]);
  }
  shelves(boxes);
  boxes.forEach(([namespace, box]) => result.namespaces.set(namespace, box));
  return result;
}

/** Puts boxes side by side in rows, so that the whole is about as wide as a screen. */
function shelves(boxes: [string, Box][]) {
  const area = boxes.reduce((sum, [, it]) => sum + it.width * it.height, 0);
  const widest = Math.max(Math.sqrt(area * 1.9), ...boxes.map(([, it]) => it.width));
  let [x, y, tall] = [0, 0, 0];
  for (const [, box] of boxes.sort(([, a], [, b]) => b.height - a.height)) {
    if (x > 0 && x + box.width > widest) {
      x = 0;
      y += tall + 60;
      tall = 0;
    }
    box.x = x;
    box.y = y;
    x += box.width + 60;
    tall = Math.max(tall, box.height);
  }
}

/** How far each node is from those that nobody calls, at most as many steps as there are nodes. */
function ranksOf(picture: Picture): Map<string, number> {
  const out = grouped(picture.edges, (it) => it.from);
  const called = new Set(picture.edges.filter((it) => it.from !== it.to).map((it) => it.to));
  const ranks = new Map<string, number>();
  const queue = picture.nodes.filter((it) => !called.has(it.id)).map((it) => it.id);
  queue.forEach((id) => ranks.set(id, 0));
  for (let i = 0; i < queue.length; i++) {
    const id = queue[i] ?? '';
    for (const edge of out.get(id) ?? []) {
      if (!ranks.has(edge.to)) {
        ranks.set(edge.to, (ranks.get(id) ?? 0) + 1);
        queue.push(edge.to);
      }
    }
  }
  return ranks;
}

async function byElk(picture: Picture): Promise<Layout> {
  elk ??= new ELK({ workerUrl });
  const groups = grouped(picture.nodes, (it) => it.party.namespace);
  const root: ElkNode = {
    id: 'mesh',
    layoutOptions: {
      'elk.algorithm': 'layered',
      'elk.direction': 'RIGHT',
      'elk.hierarchyHandling': 'INCLUDE_CHILDREN',
      ...SPACES,
      'elk.layered.nodePlacement.strategy': 'NETWORK_SIMPLEX',
    },
    children: [...groups].map(([namespace, nodes]) => ({
      id: `ns ${namespace}`,
      layoutOptions: { ...SPACES, 'elk.padding': `[top=${HEAD + 6},left=${PAD},bottom=${PAD},right=${PAD}]` },
      children: nodes.map((it) => ({ id: it.id, width: WIDTH, height: HEIGHT })),
    })),
    edges: picture.edges
      .filter((it) => it.from !== it.to)
      .map((it, i) => ({ id: `e${i}`, sources: [it.from], targets: [it.to] })),
  };
  const done = await elk.layout(root);
  const result: Layout = { namespaces: new Map(), nodes: new Map() };
  for (const group of done.children ?? []) {
    result.namespaces.set(group.id.slice(3), { x: group.x ?? 0, y: group.y ?? 0, width: group.width ?? WIDTH, height: group.height ?? HEIGHT });
    for (const node of group.children ?? []) result.nodes.set(node.id, { x: node.x ?? 0, y: node.y ?? 0 });
  }
  return result;
}
