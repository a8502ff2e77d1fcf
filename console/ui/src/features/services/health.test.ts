import { describe, expect, it } from 'vitest';
import type { Shape } from '../../api/client';
import { unwellByEndpoint, unwellByService } from './health';

const of = (service: string, port: number, more: Partial<Shape['UnwellEndpoint']>): Shape['UnwellEndpoint'] => ({
  service, namespace: 'shop', servicePort: '80', subset: '', cluster: `outbound|80||${service}`,
  proxy: 'sidecar~10.0.0.1~web.shop~shop', address: '10.0.0.9', port, ...more,
});
const ejection = { by: 'consecutive_5xx', since: '2026-01-31T12:00:00Z', until: '2026-01-31T12:00:30Z', times: 1 };
const count = (service: string, ejected: number) => ({ ...of(service, 0, {}), at: '2026-01-31T12:00:00Z', ejected });
const health: Shape['EndpointHealth'] = {
  at: '2026-01-31T12:00:00Z', telling: 2, more: 0,
  endpoints: [
    of('a', 1, { ejection }), of('a', 1, { ejection, subset: 'v1' }), of('a', 2, { check: { state: 'failed', by: 'network' } }),
    of('b', 1, { check: { state: 'degraded', by: '' } }),
  ],
  counts: [count('a', 1), count('c', 3)],
};

describe('what proxies hold against endpoints', () => {
  it('stands by endpoint, of each proxy and subset', () => {
    const found = unwellByEndpoint(health, 'a');
    expect([...found.keys()]).toEqual(['10.0.0.9:1', '10.0.0.9:2']);
    expect(found.get('10.0.0.9:1')).toHaveLength(2);
    expect(unwellByEndpoint(undefined, 'a').size).toBe(0);
  });

  it('counts an endpoint once, one that works badly not, and what Envoy only counts as it says', () => {
    expect(Object.fromEntries(unwellByService(health))).toEqual({ a: 2, c: 3 });
  });
});
