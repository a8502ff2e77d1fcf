import { expect, it } from 'vitest';
import type { Shape } from '../../api/client';
import { bars, micros } from './waterfall';

const span = (spanId: string, parentId: string, time: string, durationMillis: number): Shape['Span'] => ({
  time, traceId: 't', spanId, parentId, name: spanId, spanKind: 'server', durationMillis, error: false, statusText: '', service: spanId, node: '', attributes: {},
});

it('knows microseconds', () => {
  expect(micros('2026-01-31T12:00:00.000250Z') - micros('2026-01-31T12:00:00Z')).toBe(250);
  expect(micros('2026-01-31T12:00:01.5Z') - micros('2026-01-31T12:00:00.750Z')).toBe(750_000);
});

it('puts spans below those that made them, from the first moment on', () => {
  const { bars: found, length } = bars({
    logs: [],
    spans: [
      span('c', 'b', '2026-01-31T12:00:00.004Z', 1),
      span('a', '', '2026-01-31T12:00:00.001Z', 10),
      span('b', 'a', '2026-01-31T12:00:00.002Z', 5),
      span('lost', 'nobody', '2026-01-31T12:00:00.020Z', 2),
    ],
  });
  expect(found.map((it) => [it.name, it.depth, it.start])).toEqual([['a', 0, 0], ['b', 1, 1], ['c', 2, 3], ['lost', 0, 19]]);
  expect(length).toBe(21);
});

it('ends where spans are their own parents', () => {
  expect(bars({ logs: [], spans: [span('a', 'b', '2026-01-31T12:00:00Z', 1), span('b', 'a', '2026-01-31T12:00:00Z', 1)] }).bars).toEqual([]);
  expect(bars({ logs: [], spans: [span('a', 'a', '2026-01-31T12:00:00Z', 1)] }).bars).toHaveLength(1);
});
