import { useCallback, useMemo } from 'react';
import { api, useRead } from '../../api/client';
import type { Window } from '../../app/scope';
import { useWords } from '../../i18n';
import { Empty, Panel, Read } from '../../parts';
import Chart from '../../parts/Chart';
import { useFormat } from '../../parts/format';
import { total } from './golden';

type Query = Window & { namespace?: string; service?: string };

/** Rate, errors and times over the time that is looked at. */
export default function Traffic({ title, query }: { title: string; query: Query }) {
  const { t } = useWords();
  const series = useRead(['series', query], (signal) =>
    api.GET('/api/v1/series', { params: { query: { ...query, steps: '45' } }, signal }));
  return (
    <Panel title={title}>
      <Read of={series}>
        {(data) =>
          data.points.every((it) => it.signals.length === 0) ? (
            <Empty icon="services" title={t('traffic.none')}>{t('traffic.noneNext')}</Empty>
          ) : (
            <Curves points={data.points} isOne={query.service !== undefined} />
          )
        }
      </Read>
    </Panel>
  );
}

interface Point {
  from: string;
  to: string;
  signals: { requests: number; errors: number; perSecond: number; p50Millis: number; p90Millis: number; p99Millis: number }[];
}

function Curves({ points, isOne }: { points: Point[]; isOne: boolean }) {
  const { t } = useWords();
  const format = useFormat();
  const times = useMemo(() => points.map((it) => Date.parse(it.to) / 1_000), [points]);
  const rates = useMemo(
    () => [
      { name: t('golden.rate'), color: 'accent', values: points.map((it) => total(it.signals).perSecond) },
      {
        name: t('golden.errors'), color: 'bad',
        values: points.map((it) => {
          const seconds = (Date.parse(it.to) - Date.parse(it.from)) / 1_000;
          return total(it.signals).errors / Math.max(1, seconds);
        }),
      },
    ],
    [points, t],
  );
  const times99 = useMemo(() => {
    const worst = (of: (it: Point['signals'][number]) => number) =>
      points.map((it) => (it.signals.length === 0 ? null : Math.max(...it.signals.map(of))));
    return [
      { name: 'p50', color: 'accent', values: worst((it) => it.p50Millis) },
      { name: 'p90', color: 'violet', values: worst((it) => it.p90Millis) },
      { name: 'p99', color: 'warn', values: worst((it) => it.p99Millis) },
    ];
  }, [points]);
  // Made anew with the language only: a chart is drawn again when this changes.
  // eslint-disable-next-line react-hooks/exhaustive-deps
  const rate = useCallback((n: number) => `${format.rate(n)}/s`, [t]);
  // eslint-disable-next-line react-hooks/exhaustive-deps
  const millis = useCallback((n: number) => format.millis(n), [t]);
  return (
    <div className="grid">
      <Chart label={t('traffic.rates')} times={times} curves={rates} text={rate} />
      <Chart label={isOne ? t('traffic.times') : t('traffic.worstTimes')} times={times} curves={times99} text={millis} />
    </div>
  );
}
