import { describe, expect, it } from 'vitest';
import type { GraphEdge, Picture } from './graph';
import { edgeId, looked, received } from './graph';
import { HEIGHT, WIDTH, quick } from './layout';

const party = (workload: string, namespace = 'shop', version = '') => ({ workload, namespace, service: `${workload}.${namespace}.svc.cluster.local`, version });
const edge = (from: string, to: string, more: Partial<GraphEdge> = {}): GraphEdge => ({
  from, to, service: `${to}.shop.svc.cluster.local`, protocol: 'http', requests: 100, perSecond: 1, errors: 0, errorShare: 0,
  callersFaults: 0, p50Millis: 1, p90Millis: 2, p99Millis: 3, received: 0, sent: 0, ...more,
});
const picture: Picture = {
  nodes: [
    { id: 'web', party: party('web') },
    { id: 'cart', party: party('cart', 'shop', 'v1') },
    { id: 'pay', party: party('pay', 'money') },
    { id: 'idle', party: party('idle') },
  ],
  edges: [edge('web', 'cart', { errors: 10, errorShare: 0.1 }), edge('cart', 'pay', { p99Millis: 900, secureShare: 1 }), edge('web', 'pay', { secureShare: 0.5 })],
};
const names = (text: string) => looked(picture, text).nodes.map((it) => it.id);

describe('the language of the topology', () => {
  it.each([
    ['', ['web', 'cart', 'pay', 'idle']],
    ['idle', ['idle']],
    ['cart', ['web', 'cart', 'pay']],
    ['ns:money', ['web', 'cart', 'pay']],
    ['-pay', ['web', 'cart', 'idle']],
    ['-ns:shop', ['pay']],
    ['errors>5', ['web', 'cart', 'pay']],
    ['errors>50', []],
    ['p99>500ms -web', ['cart', 'pay']],
    ['version:v1 -pay', ['web', 'cart']],
    ['CART -web -pay', ['cart']],
    ['mtls:yes -web', ['cart', 'pay']],
    ['nothing-like-it', []],
    ['-', ['web', 'cart', 'pay', 'idle']],
    ['rate>', []],
  ])('%s', (text, expected) => {
    expect(names(text)).toEqual(expected);
  });

  it('leaves no edge without its ends', () => {
    for (const text of ['cart', '-pay', 'errors>5', 'ns:shop -web']) {
      const { nodes, edges } = looked(picture, text);
      const ids = new Set(nodes.map((it) => it.id));
      expect(edges.filter((it) => !ids.has(it.from) || !ids.has(it.to)).map(edgeId), text).toEqual([]);
    }
  });
});

it('adds up what a node answers', () => {
  expect(received('pay', picture.edges)).toEqual({ requests: 200, perSecond: 2, errorShare: 0 });
  expect(received('cart', picture.edges).errorShare).toBe(0.1);
});

describe('the quick layout', () => {
  const nodes = Array.from({ length: 300 }, (_, i) => ({ id: `n${i}`, party: party(`n${i}`, `ns${i % 12}`) }));
  const edges = Array.from({ length: 1000 }, (_, i) => edge(`n${(i * 7) % 300}`, `n${(i * 13 + 1) % 300}`));

  it('lays 300 services and 1,000 edges without one above another, each in its namespace', () => {
    const start = performance.now();
    const layout = quick({ nodes, edges });
    expect(performance.now() - start).toBeLessThan(500);
    expect(layout.nodes.size).toBe(300);
    const boxes = [...layout.namespaces.values()];
    expect(overlaps(boxes)).toBe(0);
    for (const [namespace, box] of layout.namespaces) {
      const inside = nodes.filter((it) => it.party.namespace === namespace).map((it) => ({ ...(layout.nodes.get(it.id) ?? { x: -1, y: -1 }), width: WIDTH, height: HEIGHT }));
      expect(overlaps(inside)).toBe(0);
      expect(inside.every((it) => it.x >= 0 && it.y >= 0 && it.x + WIDTH <= box.width && it.y + HEIGHT <= box.height)).toBe(true);
    }
  });

  it('takes circles, calls of oneself and what nobody calls', () => {
    const odd = quick({ nodes: nodes.slice(0, 3), edges: [edge('n0', 'n1'), edge('n1', 'n0'), edge('n2', 'n2')] });
    expect(odd.nodes.size).toBe(3);
  });
});

type Rectangle = { x: number; y: number; width: number; height: number };

function overlaps(all: Rectangle[]): number {
  return all.flatMap((a, i) => all.slice(i + 1).filter((b) =>
    a.x < b.x + b.width && b.x < a.x + a.width && a.y < b.y + b.height && b.y < a.y + a.height)).length;
}
