import { api, useRead, type Shape } from '../../api/client';
import { useScope } from '../../app/scope';
import { useWords } from '../../i18n';
import { Ago, Empty, Page, Panel, PlaceText, Read, Stat, Tag, type Tone } from '../../parts';
import { Table, type Column } from '../../parts/Table';
import { useFormat } from '../../parts/format';
import { stateOf } from '../../parts/words';
import { shortFile } from '../rules/RulesPage';

const DAY_SECONDS = 86_400;

export const toneOfEnd = (seconds: number): Tone => (seconds <= 3 * DAY_SECONDS ? 'bad' : seconds <= 14 * DAY_SECONDS ? 'warn' : 'good');

export default function CertificatesPage() {
  const { t } = useWords();
  const { namespace } = useScope();
  const query = namespace ? { namespace } : {};
  const all = useRead(['certificates', namespace], (signal) => api.GET('/api/v1/certificates', { params: { query }, signal }));
  const federation = useRead(['federation'], (signal) => api.GET('/api/v1/federation', { signal }));
  return (
    <Page title={t('nav.certificates')} about={t('certificates.about')}>
      <Read of={all}>
        {(data) => (
          <>
            <Numbers all={data} />
            <Panel title={t('certificates.gateways')} flush><Gateways certificates={data.certificates} /></Panel>
            <Panel title={t('certificates.workloads')} note={t('certificates.workloadsNote')} flush><Workloads workloads={data.workloads} /></Panel>
          </>
        )}
      </Read>
      {(federation.data?.trustDomains.length ?? 0) > 0 && (
        <Panel title={t('certificates.domains')} flush><Domains domains={federation.data?.trustDomains ?? []} /></Panel>
      )}
    </Page>
  );
}

function Numbers({ all }: { all: Shape['Certificates'] }) {
  const { t } = useWords();
  const format = useFormat();
  const soon = all.certificates.filter((it) => it.secondsLeft <= 14 * DAY_SECONDS).length;
  const next = all.certificates.toSorted((a, b) => a.secondsLeft - b.secondsLeft)[0];
  return (
    <div className="stats">
      <Stat label={t('certificates.gateways')} value={format.count(all.certificates.length)} />
      <Stat label={t('certificates.soon')} value={format.count(soon)} tone={soon > 0 ? 'warn' : 'good'} note={t('certificates.soonNote')} />
      <Stat label={t('certificates.next')} value={next ? format.date(next.notAfter) : '–'} note={next && `${next.namespace}/${next.name}`} />
      <Stat label={t('certificates.workloads')} value={format.count(all.workloads.length)} />
    </div>
  );
}

function Left({ of: it }: { of: { secondsLeft: number; notAfter: string } }) {
  const format = useFormat();
  return <Tag tone={toneOfEnd(it.secondsLeft)} title={format.time(it.notAfter)}>{format.ago(it.notAfter)}</Tag>;
}

function Gateways({ certificates }: { certificates: Shape['Certificate'][] }) {
  const { t } = useWords();
  const columns: Column<Shape['Certificate']>[] = [
    { id: 'name', title: t('rules.name'), order: (it) => it.name, cell: (it) => <><strong>{[it.namespace, it.name].filter(Boolean).join('/')}</strong><div className="under">{it.kind}</div></> },
    { id: 'names', title: t('certificates.names'), cell: (it) => <span className="break">{it.names.join(', ') || it.subject}</span> },
    { id: 'issuer', title: t('certificates.issuer'), cell: (it) => <span className="break">{it.issuer}</span> },
    { id: 'ends', title: t('certificates.ends'), order: (it) => it.secondsLeft, cell: (it) => <Left of={it} /> },
    { id: 'validity', title: t('certificates.validity'), cell: (it) => it.validity },
    { id: 'uses', title: t('certificates.uses'), cell: (it) => it.uses.map((use) => <div key={use.listener} className="mono">{use.listener}</div>) },
    { id: 'place', title: t('service.defined'), cell: (it) => <PlaceText file={shortFile(it.file)} line={it.line} /> },
  ];
  return (
    <Table label={t('certificates.gateways')} columns={columns} rows={certificates} rowKey={(it) => `${it.namespace} ${it.name} ${it.entry} ${it.number}`}
      empty={<Empty icon="certificates" title={t('certificates.none')}>{t('certificates.noneNext')}</Empty>} />
  );
}

function Workloads({ workloads }: { workloads: Shape['WorkloadCertificate'][] }) {
  const { t } = useWords();
  return (
    <Table label={t('certificates.workloads')} param="workloads"
      columns={[
        { id: 'identity', title: t('certificates.identity'), order: (it) => it.identity, cell: (it) => <code className="break">{it.identity}</code> },
        { id: 'number', title: t('certificates.number'), cell: (it) => <code className="break">{it.number}</code> },
        { id: 'ends', title: t('certificates.ends'), order: (it) => it.secondsLeft, cell: (it) => <Ago time={it.notAfter} /> },
        { id: 'state', title: t('proxy.state'), order: (it) => it.state, cell: (it) => <Tag tone={it.state === 'in use' ? 'good' : 'bad'}>{stateOf(t, it.state)}</Tag> },
      ]}
      rows={workloads} rowKey={(it) => it.number}
      empty={<Empty icon="certificates" title={t('certificates.noWorkloads')}>{t('certificates.noWorkloadsNext')}</Empty>} />
  );
}

function Domains({ domains }: { domains: Shape['TrustDomain'][] }) {
  const { t } = useWords();
  return (
    <Table label={t('certificates.domains')} param="domains"
      columns={[
        { id: 'name', title: t('rules.name'), cell: (it) => <strong>{it.name}</strong> },
        { id: 'url', title: 'URL', cell: (it) => <code className="break">{it.url}</code> },
        { id: 'roots', title: t('certificates.roots'), right: true, cell: (it) => it.roots.length },
        { id: 'trouble', title: t('proxy.state'), cell: (it) => (it.trouble ? <span className="bad break">{it.trouble}</span> : <Ago time={it.read} />) },
      ]}
      rows={domains} rowKey={(it) => it.name} />
  );
}
