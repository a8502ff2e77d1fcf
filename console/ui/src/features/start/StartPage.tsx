import { Suspense, lazy } from 'react';
import { api, useRead, type Shape } from '../../api/client';
import { useScope } from '../../app/scope';
import { useWords } from '../../i18n';
import { Ago, Empty, Page, Panel, PlaceText, Read, Stat, Tag, To } from '../../parts';
import { proxyName, useFormat } from '../../parts/format';
import { actionOf, whoOf } from '../../parts/words';
import { problems, type Problem } from './problems';
import { total } from '../services/golden';
import type { Line, Said } from '../services/leftOut';

const Traffic = lazy(() => import('../services/Traffic'));
const MOST_LINES = 3;

/** What is wrong now, since when, what changed just before, and what to do. */
export default function StartPage() {
  const { t } = useWords();
  const scope = useScope();
  const query = { ...scope.window, ...(scope.namespace && { namespace: scope.namespace }) };
  const overview = useRead(['overview'], (signal) => api.GET('/api/v1/overview', { signal }));
  const signals = useRead(['signals', query], (signal) => api.GET('/api/v1/signals', { params: { query }, signal }));
  const certificates = useRead(['certificates', ''], (signal) => api.GET('/api/v1/certificates', { signal }));
  const ofHealth = scope.namespace ? { namespace: scope.namespace } : {};
  const health = useRead(['endpoint-health', ofHealth], (signal) =>
    api.GET('/api/v1/endpoint-health', { params: { query: ofHealth }, signal }));
  const versions = useRead(['versions'], (signal) => api.GET('/api/v1/versions', { signal }));

  return (
    <Page title={t('nav.start')}>
      <Read of={overview}>
        {(data) => {
          const found = problems({
            overview: within(data, scope.namespace),
            signals: signals.data?.signals ?? [],
            certificates: certificates.data,
            health: health.data,
          });
          return (
            <>
              <Numbers overview={data} signals={signals.data?.signals} />
              <Problems found={found} />
            </>
          );
        }}
      </Read>
      <Suspense>
        <Traffic title={t('start.traffic')} query={query} />
      </Suspense>
      <Panel title={t('start.changes')} flush actions={<To to="/history">{t('start.allChanges')}</To>}>
        <Read of={versions}>{(data) => <Changes versions={data.versions.slice(0, 5)} />}</Read>
      </Panel>
    </Page>
  );
}

/** What is about a namespace, and what is about none. */
function within(overview: Shape['Overview'], namespace: string): Shape['Overview'] {
  if (!namespace) return overview;
  const isAbout = (resource: string) => !resource.includes('/') || resource.includes(` ${namespace}/`);
  return {
    ...overview,
    findings: overview.findings.filter((it) => isAbout(it.resource)),
    proxies: overview.proxies.filter((it) => it.id.includes(`.${namespace}~`)),
  };
}

function Numbers({ overview, signals }: { overview: Shape['Overview']; signals: Shape['Golden'][] | undefined }) {
  const { t } = useWords();
  const format = useFormat();
  const { mesh } = overview;
  const all = total(signals ?? []);
  const behind = mesh.proxies - mesh.proxiesOnVersion;
  return (
    <div className="stats">
      <Stat
        label={t('start.proxies')}
        value={`${format.count(mesh.proxiesOnVersion)} / ${format.count(mesh.proxies)}`}
        tone={behind > 0 ? 'warn' : 'plain'}
        note={t('start.onVersion', { version: String(mesh.version) })}
        to="/proxies"
      />
      <Stat
        label={t('golden.rate')}
        value={signals ? `${format.rate(all.perSecond)}/s` : '–'}
        note={t('golden.requests', { n: all.requests })}
        to="/services"
      />
      <Stat
        label={t('golden.errors')}
        value={signals ? format.share(all.errorShare) : '–'}
        tone={all.errorShare >= 0.05 ? 'bad' : all.errorShare >= 0.01 ? 'warn' : 'plain'}
        note={t('golden.failed', { n: all.errors })}
        to="/logs?errors=1"
      />
      <Stat
        label={t('golden.p99')}
        value={signals ? format.millis(Math.max(0, ...signals.map((it) => it.p99Millis))) : '–'}
        note={t('start.slowest')}
        to="/services?sort=-p99"
      />
      <Stat
        label={t('start.findings')}
        value={format.count(overview.findings.length)}
        tone={mesh.errors > 0 ? 'bad' : mesh.warnings > 0 ? 'warn' : 'plain'}
        note={t('start.findingsNote', { errors: mesh.errors, warnings: mesh.warnings })}
      />
    </div>
  );
}

function Problems({ found }: { found: Problem[] }) {
  const { t } = useWords();
  const say = (text: Said) => (typeof text === 'string' ? text : t(text.key, text.values));
  return (
    <Panel title={t('start.problems')} flush note={found.length > 0 ? t('start.count', { n: found.length }) : undefined}>
      {found.length === 0 ? (
        <Empty icon="check" title={t('start.well')}>{t('start.wellNote')}</Empty>
      ) : (
        <ul className="list">
          {found.slice(0, 50).map((it) => (
            <li key={it.id}>
              <div className="row">
                <Tag tone={it.tone}>{t(it.tone === 'bad' ? 'tone.bad' : 'tone.warn')}</Tag>
                <To to={it.to}><strong>{say(it.title)}</strong></To>
                {it.since && <span className="soft"><Ago time={it.since} /></span>}
              </div>
              {it.detail && <div className="break">{it.detail}</div>}
              {it.lines && <Lines of={it.lines} say={say} />}
              <div className="soft">{say(it.next)}</div>
              {it.file && <PlaceText file={it.file} line={it.line ?? 0} />}
            </li>
          ))}
        </ul>
      )}
    </Panel>
  );
}

/** The first few of what is wrong with endpoints: which, why, and who says so. */
function Lines({ of, say }: { of: Line[]; say: (text: Said) => string }) {
  const { t } = useWords();
  return (
    <>
      {of.slice(0, MOST_LINES).map((it) => (
        <div key={`${it.endpoint} ${say(it.why[0] ?? '')}`} className="row">
          {it.endpoint && <span className="mono break">{it.endpoint}</span>}
          <span>{it.why.map(say).join(' · ')}</span>
          <span className="soft break" title={it.proxies.map(proxyName).join(', ')}>
            {it.proxies.length === 1
              ? t('health.says', { proxy: proxyName(it.proxies[0] ?? '') })
              : t('health.sayProxies', { n: it.proxies.length })}
          </span>
        </div>
      ))}
      {of.length > MOST_LINES && <div className="soft">{t('history.more', { n: of.length - MOST_LINES })}</div>}
    </>
  );
}

function Changes({ versions }: { versions: Shape['Version'][] }) {
  const { t } = useWords();
  if (versions.length === 0) return <Empty icon="history" title={t('history.none')} />;
  return (
    <ul className="list">
      {versions.map((it) => (
        <li key={it.version}>
          <div className="row">
            <To to={`/history/${it.version}`}><strong>{t('history.version', { version: String(it.version) })}</strong></To>
            <span className="soft"><Ago time={it.since} /></span>
            {it.who && it.who.length > 0 && <span className="soft">{it.who.map((who) => whoOf(t, who)).join(', ')}</span>}
          </div>
          {it.message && <div>{it.message}</div>}
          <div className="soft">
            {it.resources.slice(0, 3).map((r) => `${r.resource} ${actionOf(t, r.action)}`).join(' · ')}
            {it.changed > 3 && ` · ${t('history.more', { n: it.changed - 3 })}`}
          </div>
        </li>
      ))}
    </ul>
  );
}
