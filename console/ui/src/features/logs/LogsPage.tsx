import { useState, type FormEvent } from 'react';
import { useSearchParams } from 'react-router';
import { api, useRead, type Shape } from '../../api/client';
import { useScope } from '../../app/scope';
import { useWords } from '../../i18n';
import { Button, Empty, Page, Panel, Read, Tag, To } from '../../parts';
import { useFormat } from '../../parts/format';
import { reporterOf } from '../../parts/words';
import { LogFacts } from './LogFacts';
import './logs.css';

const FIELDS = ['text', 'service', 'workload', 'code', 'flag', 'request', 'trace'] as const;
const LIMIT = '100';

/** Access logs, found by what the address says. */
export default function LogsPage() {
  const { t } = useWords();
  const scope = useScope();
  const [params] = useSearchParams();
  const said = Object.fromEntries(FIELDS.map((name) => [name, params.get(name) ?? '']).filter(([, value]) => value)) as Record<string, string>;
  const errors = params.get('errors') === '1';
  const after = params.get('after') ?? '';
  // A window of the past is asked for as it stands; of the present, the newest are shown.
  const window = 'from' in scope.window ? scope.window : {};
  const query = { ...window, ...said, ...(errors && { errors: 'true' }), ...(after && { after }), limit: LIMIT };
  const logs = useRead(['logs', query], (signal) => api.GET('/api/v1/logs', { params: { query }, signal }));

  return (
    <Page title={t('nav.logs')} about={t('logs.about')}>
      <Search key={params.toString()} />
      <Panel
        title={t('logs.found')}
        flush
        actions={
          <>
            {after && <Button onClick={() => scope.set({ after: undefined })}>{t('logs.newest')}</Button>}
            {logs.data?.next && <Button onClick={() => scope.set({ after: logs.data?.next })}>{t('logs.older')}</Button>}
          </>
        }
      >
        <Read of={logs}>
          {(data) => <Found entries={data.entries.filter((it): it is Shape['Log'] => 'requestId' in it).filter((it) => isIn(it, scope.namespace))} />}
        </Read>
      </Panel>
    </Page>
  );
}

const isIn = (it: Shape['Log'], namespace: string) =>
  !namespace || it.source.namespace === namespace || it.destination.namespace === namespace;

function Search() {
  const { t } = useWords();
  const scope = useScope();
  const [params] = useSearchParams();

  function search(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    const said = new FormData(event.currentTarget);
    const wish: Record<string, string | undefined> = { after: undefined, errors: said.get('errors') ? '1' : undefined };
    FIELDS.forEach((name) => {
      wish[name] = String(said.get(name) ?? '').trim();
    });
    scope.set(wish);
  }

  return (
    <form className="log-search" onSubmit={search} role="search" aria-label={t('nav.logs')}>
      {FIELDS.map((name) => (
        <label key={name} className={`log-${name}`}>
          <span>{t(`logs.${name}`)}</span>
          <input className="field" name={name} defaultValue={params.get(name) ?? ''} placeholder={t(`logs.${name}.hint`)} />
        </label>
      ))}
      <div className="toolbar">
        <label className="check"><input type="checkbox" name="errors" defaultChecked={params.get('errors') === '1'} />{t('logs.errors')}</label>
        <Button type="submit" tone="primary">{t('logs.search')}</Button>
      </div>
    </form>
  );
}

const keyOf = (it: Shape['Log']) => `${it.time} ${it.node} ${it.requestId}`;

function Found({ entries }: { entries: Shape['Log'][] }) {
  const { t } = useWords();
  const format = useFormat();
  const [open, setOpen] = useState('');
  if (entries.length === 0) return <Empty icon="logs" title={t('logs.none')}>{t('logs.noneNext')}</Empty>;
  return (
    <div className="scroll" tabIndex={0} role="region" aria-label={t('logs.found')}>
      <table className="table logs">
        <thead>
          <tr>
            <th scope="col">{t('logs.time')}</th>
            <th scope="col">{t('logs.code')}</th>
            <th scope="col">{t('logs.call')}</th>
            <th scope="col">{t('logs.request')}</th>
            <th scope="col" className="right">{t('logs.duration')}</th>
          </tr>
        </thead>
        <tbody>
          {entries.map((it) => {
            const key = keyOf(it);
            const isOpen = key === open;
            return [
              <tr key={key} className="opens" onClick={(event) => {
                if (!(event.target as Element).closest('a')) setOpen(isOpen ? '' : key);
              }}>
                <td className="mono nowrap">
                  <button type="button" className="plain" aria-expanded={isOpen} onClick={(event) => { event.stopPropagation(); setOpen(isOpen ? '' : key); }}>
                    {format.clock(it.time)}
                  </button>
                </td>
                <td><Code of={it} /></td>
                <td className="nowrap">{`${it.source.workload || '?'} → ${it.destination.workload || it.destination.service || '?'}`}<div className="under">{reporterOf(t, it.reporter)}</div></td>
                <td className="break">
                  <span className="mono">{it.method ? `${it.method} ${it.path}` : it.protocol}</span>
                  {it.error && <div className="under">{it.reason || it.details}</div>}
                </td>
                <td className="right">{format.millis(it.durationMillis)}</td>
              </tr>,
              isOpen && (
                <tr key={`${key} open`}>
                  <td colSpan={5}>
                    <div className="toolbar">
                      <To className="button" to={`/traces/${encodeURIComponent(it.traceId || it.requestId)}`}>{t('logs.why')}</To>
                      {it.ruleOrigin && <span className="soft">{it.ruleOrigin}</span>}
                    </div>
                    <LogFacts log={it} />
                  </td>
                </tr>
              ),
            ];
          })}
        </tbody>
      </table>
    </div>
  );
}

export function Code({ of: it }: { of: Shape['Log'] }) {
  const tone = it.error ? 'bad' : it.code >= 400 ? 'warn' : 'good';
  return (
    <span className="tags">
      <Tag tone={tone}>{it.code || it.protocol}</Tag>
      {it.flags.map((flag) => <Tag key={flag} tone={it.error ? 'bad' : 'plain'}>{flag}</Tag>)}
    </span>
  );
}
