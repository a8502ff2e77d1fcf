import { useState } from 'react';
import { api, body, type Shape } from '../../api/client';
import { useMay } from '../../api/roles';
import { useWords } from '../../i18n';
import { Button, Facts, Failed, Panel, Tag } from '../../parts';
import { useFormat } from '../../parts/format';
import { useAct } from '../rules/change';
import { namespaceOf } from './state';

const LEVELS = ['trace', 'debug', 'info', 'warning', 'error', 'critical', 'off'];
const MINUTES = [1, 10, 60, 480];

/** What a proxy does beside its configuration: how much it logs, and whether it drains. */
export function Orders({ proxy }: { proxy: Shape['Proxy'] }) {
  const { t } = useWords();
  const format = useFormat();
  const { may } = useMay();
  const [level, setLevel] = useState('debug');
  const [minutes, setMinutes] = useState(10);
  const [isAsking, setAsking] = useState(false);
  const params = { path: { id: proxy.id } };
  const log = useAct((wish: string) => body(api.PUT('/api/v1/proxies/{id}/logging', { params, body: { level: wish, seconds: minutes * 60 } })));
  const drain = useAct((wish: boolean) => body(api.PUT('/api/v1/proxies/{id}/drain', { params, body: { drain: wish } })), () => setAsking(false));
  const mayOrder = may('operator', namespaceOf(proxy.id));
  const { orders } = proxy;
  const failure = log.error ?? drain.error;
  /** What was refused before is not told of what comes next. */
  function order(act: () => void) {
    log.reset();
    drain.reset();
    act();
  }

  return (
    <Panel title={t('orders.title')}>
      <Facts of={[
        [t('orders.log'), (
          <div key="log" className="toolbar">
            {orders.logLevel
              ? <Tag tone="info">{t('orders.logUntil', { level: orders.logLevel, time: format.time(orders.logUntil ?? '') })}</Tag>
              : <span className="soft">{t('orders.logOwn')}</span>}
            {mayOrder && (
              <>
                <select className="field" aria-label={t('orders.level')} value={level} onChange={(event) => setLevel(event.target.value)}>
                  {LEVELS.map((it) => <option key={it}>{it}</option>)}
                </select>
                <select className="field" aria-label={t('orders.minutes')} value={minutes} onChange={(event) => setMinutes(Number(event.target.value))}>
                  {MINUTES.map((it) => <option key={it} value={it}>{t('orders.for', { n: it })}</option>)}
                </select>
                <Button disabled={log.isPending} onClick={() => order(() => log.mutate(level))}>{t('orders.set')}</Button>
                {orders.logLevel && <Button disabled={log.isPending} onClick={() => order(() => log.mutate(''))}>{t('orders.back')}</Button>}
              </>
            )}
          </div>
        )],
        [t('orders.drain'), (
          <div key="drain" className="toolbar">
            <Tag tone={orders.draining ? 'warn' : 'good'}>{t(orders.draining ? 'orders.draining' : 'orders.serving')}</Tag>
            {mayOrder && (orders.draining ? (
              <Button disabled={drain.isPending} onClick={() => order(() => drain.mutate(false))}>{t('orders.serve')}</Button>
            ) : isAsking ? (
              <>
                <span>{t('orders.drainAsk')}</span>
                <Button tone="danger" disabled={drain.isPending} onClick={() => order(() => drain.mutate(true))}>{t('sure')}</Button>
                <Button onClick={() => setAsking(false)}>{t('cancel')}</Button>
              </>
            ) : <Button onClick={() => setAsking(true)}>{t('orders.drainNow')}</Button>)}
          </div>
        )],
      ]} />
      {failure && <Failed failure={failure} />}
    </Panel>
  );
}
