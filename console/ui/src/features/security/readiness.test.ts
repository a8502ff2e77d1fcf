import { expect, it } from 'vitest';
import type { Shape } from '../../api/client';
import { readiness } from './readiness';

it('names who would be refused', () => {
  const party = (workload: string) => ({ workload, namespace: 'shop', service: `${workload}.shop`, version: '' });
  const edge = (from: string, to: string, requests: number, secureShare?: number) =>
    ({ from, to, service: `${to}.shop`, requests, ...(secureShare !== undefined && { secureShare }) }) as Shape['GraphEdge'];
  const found = readiness({
    from: '', to: '', nodes: ['web', 'old', 'cart', 'pay', 'dark'].map((id) => ({ id, party: party(id) })),
    edges: [edge('web', 'cart', 90, 1), edge('old', 'cart', 10, 0), edge('cart', 'pay', 5, 1), edge('web', 'dark', 5)],
  });
  expect(found.map((it) => [it.service, it.share, it.plain])).toEqual([
    ['cart.shop', 0.9, ['old']],
    ['pay.shop', 1, []],
    ['dark.shop', undefined, []],
  ]);
});
