import { expect, it } from 'vitest';
import type { Shape } from '../../api/client';
import { problems } from './problems';

const proxy = (more: Partial<Shape['Proxy']>): Shape['Proxy'] => ({
  id: 'sidecar~10.0.0.1~web-1.shop~shop.svc.cluster.local', cluster: '', role: 'sidecar', kind: 'heddle', peer: '', protocol: 'delta', connected: true,
  connectedSince: '2026-01-31T12:00:00Z', sent: '7', inStage: false, inSync: true, types: [], orders: { draining: false }, ...more,
});
const golden = (more: Partial<Shape['Golden']>): Shape['Golden'] => ({
  service: 'cart.shop.svc.cluster.local', requests: 1000, perSecond: 1, errors: 0, errorShare: 0, callersFaults: 0, p50Millis: 1, p90Millis: 1, p99Millis: 1,
  received: 0, sent: 0, ...more,
});
const finding: Shape['Finding'] = {
  code: 'HED0001', severity: 'warning', file: 'a.yaml', line: 3, column: 1, resource: 'VirtualService shop/cart', field: 'spec', message: 'odd', hint: 'mend it', text: '',
};
const certificate = (secondsLeft: number) => ({ namespace: 'shop', name: 'tls', names: [], secondsLeft, entry: 'tls.crt', number: 1 }) as unknown as Shape['Certificate'];

const evidence = (more: { findings?: Shape['Finding'][]; proxies?: Shape['Proxy'][]; signals?: Shape['Golden'][]; certificates?: Shape['Certificate'][] }) => ({
  overview: { mesh: {} as Shape['Mesh'], services: [], resources: [], findings: more.findings ?? [], proxies: more.proxies ?? [] },
  signals: more.signals ?? [],
  certificates: { at: '', workloads: [], certificates: more.certificates ?? [] },
});

it('is quiet when all is well', () => {
  expect(problems(evidence({ proxies: [proxy({})], signals: [golden({})], certificates: [certificate(90 * 86_400)], findings: [{ ...finding, severity: 'info' }] }))).toEqual([]);
});

it('tells of each thing that is wrong, the worst first', () => {
  const nack = { type: 'LDS', sent: '7', acked: '6', nack: { version: '7', text: 'no such filter', resources: [], at: '2026-01-31T12:00:00Z' } };
  const found = problems(evidence({
    findings: [finding],
    proxies: [proxy({ inSync: false }), proxy({ id: 'a~b~c~d', types: [nack], inSync: false }), proxy({ connected: false, disconnectedSince: '2026-01-31T12:00:00Z', reason: 'reset' })],
    signals: [golden({ errors: 200, errorShare: 0.2 }), golden({ service: 'pay', errors: 20, errorShare: 0.02 }), golden({ service: 'few', requests: 3, errorShare: 1 })],
    certificates: [certificate(-5), certificate(86_400 * 3)],
  }));
  expect(found.map((it) => `${it.tone} ${typeof it.title === 'string' ? it.title : it.title.key}`)).toEqual([
    'bad problem.refused', 'bad problem.errors', 'bad problem.certificate.ended',
    'warn odd', 'warn problem.behind', 'warn problem.gone', 'warn problem.errors', 'warn problem.certificate',
  ]);
  expect(found.every((it) => it.to.startsWith('/'))).toBe(true);
});
