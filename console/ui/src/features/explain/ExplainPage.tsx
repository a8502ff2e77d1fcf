import { useMemo, type FormEvent, type ReactNode } from 'react';
import { useSearchParams } from 'react-router';
import { api, useRead, type Shape } from '../../api/client';
import { useScope } from '../../app/scope';
import { useWords } from '../../i18n';
import { Button, Empty, Page, Panel, PlaceText, Read, Tag, To } from '../../parts';
import { shortHost } from '../../parts/format';
import { shortFile } from '../rules/RulesPage';
import { Findings } from '../rules/Findings';
import './explain.css';

const METHODS = ['GET', 'POST', 'PUT', 'DELETE', 'PATCH', 'HEAD', 'OPTIONS'];

/** A request, and the path of decisions that it takes. The question stands in the address. */
export default function ExplainPage() {
  const { t } = useWords();
  const scope = useScope();
  const [params] = useSearchParams();
  const said = (name: string) => params.get(name) ?? '';
  const from = said('from');
  const url = said('url');
  const query = {
    from, url, namespace: said('of') || scope.namespace || 'default', method: said('method') || 'GET',
    ...(said('headers') && { headers: said('headers') }),
  };
  const journey = useRead(['explain', query], (signal) => api.GET('/api/v1/explain', { params: { query }, signal }), {
    enabled: from !== '' && url !== '',
  });

  return (
    <Page title={t('nav.explain')} about={t('explain.about')}>
      <Question key={params.toString()} />
      {from === '' || url === '' ? (
        <Panel title={t('explain.path')}><Empty icon="explain" title={t('explain.none')}>{t('explain.noneNext')}</Empty></Panel>
      ) : (
        <Read of={journey}>
          {(data) => (
            <>
              <Panel title={t('explain.sent', { from })}><Hop hop={data.sent} /></Panel>
              {data.received.map((it) => (
                <Panel key={`${it.host} ${it.workload}`} title={t('explain.received', { workload: it.workload })} note={it.caller || t('explain.nobody')}>
                  <Hop hop={it.hop} />
                </Panel>
              ))}
            </>
          )}
        </Read>
      )}
    </Page>
  );
}

function Question() {
  const { t } = useWords();
  const scope = useScope();
  const [params] = useSearchParams();
  const services = useRead(['services'], (signal) => api.GET('/api/v1/services', { signal }), { still: true });
  const senders = useMemo(
    () => [...new Set((services.data?.services ?? []).flatMap((it) => it.endpoints.map((e) => e.labels['app'])).filter((app) => app !== undefined))].sort(),
    [services.data],
  );
  const urls = (services.data?.services ?? []).flatMap((it) => it.ports.map((port) => `http://${shortHost(it.host)}:${port.number}/`));

  function ask(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    scope.set(Object.fromEntries(['from', 'of', 'method', 'url', 'headers'].map((name) => [name, String(form.get(name) ?? '').trim()])));
  }

  return (
    <form className="panel question" onSubmit={ask} aria-label={t('nav.explain')}>
      <label>{t('explain.from')}<input className="field" name="from" required list="senders" placeholder="app=productpage" defaultValue={params.get('from') ?? ''} /></label>
      <label>{t('service.namespace')}<input className="field" name="of" placeholder="default" defaultValue={params.get('of') ?? scope.namespace} /></label>
      <label>{t('explain.method')}
        <select className="field" name="method" defaultValue={params.get('method') ?? 'GET'}>{METHODS.map((it) => <option key={it}>{it}</option>)}</select>
      </label>
      <label className="url">URL<input className="field" name="url" required list="urls" placeholder="http://reviews:9080/reviews/0" defaultValue={params.get('url') ?? ''} /></label>
      <label className="headers">{t('explain.headers')}<textarea className="field" name="headers" rows={2} placeholder="end-user: jason" defaultValue={params.get('headers') ?? ''} /></label>
      <Button type="submit" tone="primary">{t('explain.ask')}</Button>
      <datalist id="senders">{senders.map((app) => <option key={app} value={`app=${app}`} />)}</datalist>
      <datalist id="urls">{urls.map((it) => <option key={it} value={it} />)}</datalist>
    </form>
  );
}

function Hop({ hop }: { hop: Shape['Hop'] }) {
  const { t } = useWords();
  const { access, reply } = hop;
  return (
    <ol className="steps">
      {!hop.listener && <Step title={t('explain.listener')} tone="bad">{t('explain.noListener')}</Step>}
      {hop.tried.map((it, i) => (
        <Step key={i} title={it.what} tone={it.matched ? 'good' : 'plain'} place={it.place}>
          <span className={it.matched ? '' : 'soft'}>{it.why || t(it.matched ? 'explain.matched' : 'explain.passed')}</span>
        </Step>
      ))}
      {access.decision !== 'allowed' || access.policy ? (
        <Step title={t('explain.access')} tone={access.decision === 'refused' ? 'bad' : access.decision === 'unsure' ? 'warn' : 'good'} place={access.place}>
          {t(`access.${access.decision}`)} {access.policy && <code className="break">{access.policy}</code>}
        </Step>
      ) : null}
      {hop.also.map((it) => <Step key={it} title={t('explain.also')}>{it}</Step>)}
      {(hop.timeout || hop.retries) && (
        <Step title={t('explain.patience')}>{[hop.timeout && t('explain.timeout', { time: hop.timeout }), hop.retries].filter(Boolean).join(' · ')}</Step>
      )}
      {hop.destinations.map((it) => (
        <Step key={`${it.host} ${it.subset} ${it.port}`} title={`${it.weight} %`} tone="good" place={it.place}>
          {it.host ? <To to={`/services/${encodeURIComponent(it.host)}`}>{shortHost(it.host)}</To> : t('explain.workload')}{` :${it.port} `}
          {it.subset && <Tag>{it.subset}</Tag>}
          <div className="soft mono break">{it.endpoints.join(', ') || t('service.noEndpoints')}</div>
          {it.fallback && <div className="soft">{t('explain.fallback', { to: it.fallback })}</div>}
        </Step>
      ))}
      {hop.destinations.length === 0 && hop.cluster && !reply && <Step title={t('logs.cluster')} tone="good"><code className="break">{hop.cluster}</code></Step>}
      {reply && (
        <Step title={t('explain.reply')} tone={reply.status >= 400 || reply.status === 0 ? 'bad' : 'good'}>
          <strong>{reply.status || t('explain.closed')}</strong> {reply.flag && <Tag tone="bad">{reply.flag}</Tag>} {reply.detail}
        </Step>
      )}
      {hop.findings.length > 0 && <li className="found"><Findings findings={hop.findings} /></li>}
    </ol>
  );
}

function Step({ title, tone = 'plain', place, children }: { title: string; tone?: string; place?: Shape['Place'] | undefined; children: ReactNode }) {
  return (
    <li className={`step is-${tone}`}>
      <span className="what">{title}</span>
      <div className="break">
        {children}
        {place && (
          <div className="row">
            <span className="soft">{`${place.kind} ${place.namespace}/${place.name}`}</span>
            {place.field && <code className="soft">{place.field}</code>}
            <PlaceText file={shortFile(place.file)} line={place.line} />
          </div>
        )}
      </div>
    </li>
  );
}
