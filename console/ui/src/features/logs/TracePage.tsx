import { useMemo, useState } from 'react';
import { useParams } from 'react-router';
import { api, useRead, type Shape } from '../../api/client';
import { useWords } from '../../i18n';
import { Empty, Facts, Page, Panel, Read, Tag, To } from '../../parts';
import { useFormat } from '../../parts/format';
import { reporterOf } from '../../parts/words';
import { Code } from './LogsPage';
import { LogFacts } from './LogFacts';
import { bars, type Bar } from './waterfall';
import './logs.css';

/** One request: why it ended as it did, what was called for it, and what was logged. */
export default function TracePage() {
  const { t } = useWords();
  const { id = '' } = useParams();
  const why = useRead(['why', id], (signal) => api.GET('/api/v1/why/{id}', { params: { path: { id } }, signal }));
  return (
    <Page title={t('trace.title')} crumbs={<To to="/logs">{t('nav.logs')}</To>} about={<code className="break">{id}</code>}>
      <Read of={why}>{(data) => <Whole why={data} />}</Read>
    </Page>
  );
}

function Whole({ why }: { why: Shape['Why'] }) {
  const { t } = useWords();
  return (
    <>
      <Panel title={t('trace.why')}>
        <p className={`why ${why.about?.error ? 'bad' : ''}`}>{why.sentence}</p>
        {why.about?.ruleOrigin && <p className="soft">{why.about.ruleOrigin}</p>}
      </Panel>
      <Panel title={t('trace.waterfall')} note={t('trace.counts', { spans: why.spans.length, logs: why.logs.length })} flush>
        <Waterfall trace={why} />
      </Panel>
      <Panel title={t('nav.logs')} flush>
        {why.logs.length === 0 ? <Empty icon="logs" title={t('logs.none')} /> : (
          <ul className="list">
            {why.logs.map((log, i) => (
              <li key={i}>
                <details>
                  <summary className="row">
                    <Code of={log} />
                    <span>{`${log.source.workload || '?'} → ${log.destination.workload || log.destination.service || '?'}`}</span>
                    <span className="mono break">{`${log.method} ${log.path}`}</span>
                    <span className="soft">{reporterOf(t, log.reporter)}</span>
                  </summary>
                  <LogFacts log={log} />
                </details>
              </li>
            ))}
          </ul>
        )}
      </Panel>
    </>
  );
}

function Waterfall({ trace }: { trace: Shape['Why'] }) {
  const { t } = useWords();
  const format = useFormat();
  const [open, setOpen] = useState('');
  const picture = useMemo(() => bars(trace), [trace]);
  if (picture.bars.length === 0) return <Empty icon="traces" title={t('trace.noSpans')} />;
  const percent = (n: number) => `${((n / picture.length) * 100).toFixed(3)}%`;
  return (
    <div className="waterfall">
      {picture.bars.map((it) => (
        <div key={it.id} className="line">
          <div className="who" style={{ paddingLeft: 16 + it.depth * 14 }} title={`${it.who} ${it.name}`}>
            <strong>{it.who}</strong> <span className="soft">{it.name}</span>
          </div>
          <div className="track">
            <button
              type="button"
              className={`bar-span ${it.error ? 'error' : ''} ${it.log ? 'log' : ''}`}
              style={{ left: percent(it.start), width: percent(it.length) }}
              aria-expanded={open === it.id}
              aria-label={`${it.who} ${it.name} ${format.millis(it.length)}`}
              onClick={() => setOpen(open === it.id ? '' : it.id)}
            />
            <span className="time" style={{ left: percent(it.start + it.length) }}>{format.millis(it.length)}</span>
          </div>
          {open === it.id && <div className="more"><More bar={it} /></div>}
        </div>
      ))}
    </div>
  );
}

function More({ bar }: { bar: Bar }) {
  const { t } = useWords();
  if (bar.log) return <LogFacts log={bar.log} />;
  const span = bar.span;
  if (!span) return null;
  return (
    <>
      <div className="row"><Tag>{span.spanKind}</Tag>{span.error && <Tag tone="bad">{span.statusText || t('golden.errors')}</Tag>}</div>
      <Facts of={[[t('trace.span'), <code key="s">{span.spanId}</code>], ...Object.entries(span.attributes)]} />
    </>
  );
}
