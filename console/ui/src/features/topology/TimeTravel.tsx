import { useEffect, useState } from 'react';
import { api, useRead } from '../../api/client';
import { RANGES, useScope } from '../../app/scope';
import { useWords } from '../../i18n';
import { Button } from '../../parts';
import { useFormat } from '../../parts/format';

const SPANS = ['1h', '6h', '1d', '7d'] as const;
const POSITIONS = 360;
const SETTLE_MILLIS = 250;

/** Goes back over what is kept: the picture is that of the range which ends at the chosen moment. Changes of the configuration are marks. */
export function TimeTravel({ now }: { now: number }) {
  const { t } = useWords();
  const format = useFormat();
  const scope = useScope();
  const ago = scope.at ? Math.max(0, Math.round((now - Date.parse(scope.at)) / 1_000)) : 0;
  const [chosen, choose] = useState<string>();
  const span = chosen ?? SPANS.find((it) => ago <= (RANGES[it] ?? 0)) ?? '7d';
  const seconds = RANGES[span] ?? 3_600;
  const step = Math.max(10, Math.round(seconds / POSITIONS));
  const [drawn, draw] = useState<number>();
  const at = drawn ?? -Math.min(ago, seconds);
  const versions = useRead(['versions'], (signal) => api.GET('/api/v1/versions', { signal }), { still: true });
  const marks = (versions.data?.versions ?? [])
    .map((it) => Math.round((Date.parse(it.since) - now) / 1_000))
    .filter((it) => it >= -seconds && it <= 0);

  const go = (to: number) => scope.set({ at: to >= 0 ? undefined : new Date(now + to * 1_000).toISOString() });
  useEffect(() => {
    if (drawn === undefined) return undefined;
    const timer = setTimeout(() => {
      go(drawn);
      draw(undefined);
    }, SETTLE_MILLIS);
    return () => clearTimeout(timer);
    // Only where the slider stands matters.
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [drawn]);

  return (
    <div className="travel" role="group" aria-label={t('travel.title')}>
      <select className="field" aria-label={t('travel.span')} value={span} onChange={(event) => choose(event.target.value)}>
        {SPANS.map((it) => <option key={it} value={it}>{t(`range.${it}`)}</option>)}
      </select>
      <Button title={t('travel.back')} onClick={() => go(-Math.min(seconds, ago + scope.seconds))}>‹</Button>
      <input type="range" min={-seconds} max={0} step={step} value={at} list="travel-marks" aria-label={t('travel.moment')}
        aria-valuetext={at === 0 ? t('travel.now') : format.time(new Date(now + at * 1_000).toISOString())}
        onChange={(event) => draw(Number(event.target.value))} />
      <datalist id="travel-marks">{marks.map((it) => <option key={it} value={it} />)}</datalist>
      <Button title={t('travel.forth')} disabled={ago === 0} onClick={() => go(-Math.max(0, ago - scope.seconds))}>›</Button>
      <span className="travel-at num">{at === 0 ? t('travel.now') : format.time(new Date(now + at * 1_000).toISOString())}</span>
    </div>
  );
}
