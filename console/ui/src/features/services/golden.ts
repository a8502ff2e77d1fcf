import type { Shape } from '../../api/client';

type Golden = Pick<Shape['Golden'], 'requests' | 'errors' | 'perSecond'>;

/** The sum of several groups. Quantiles cannot be added up, so there are none. */
export function total(all: readonly Golden[]) {
  const requests = all.reduce((n, it) => n + it.requests, 0);
  const errors = all.reduce((n, it) => n + it.errors, 0);
  return {
    requests,
    errors,
    perSecond: all.reduce((n, it) => n + it.perSecond, 0),
    errorShare: requests === 0 ? 0 : errors / requests,
  };
}

export const toneOfErrors = (share: number) => (share >= 0.05 ? 'bad' : share >= 0.01 ? 'warn' : '');

/** For each service, one value a step. */
export function curvesByService(series: Shape['Series'], value: (it: Shape['Golden']) => number) {
  const curves = new Map<string, number[]>();
  series.points.forEach((point, i) => {
    for (const it of point.signals) {
      const name = it.service ?? '';
      const curve = curves.get(name) ?? series.points.map(() => 0);
      curve[i] = (curve[i] ?? 0) + value(it);
      curves.set(name, curve);
    }
  });
  return curves;
}
