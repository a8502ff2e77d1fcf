import { useMemo } from 'react';
import { useSearchParams } from 'react-router';
import { api, useRead, type Shape } from '../../api/client';
import { useMay } from '../../api/roles';
import { useScope } from '../../app/scope';
import { useWords } from '../../i18n';
import { Ago, Empty, Page, Panel, PlaceName, Read, Tag, To } from '../../parts';
import { Table, type Column } from '../../parts/Table';
import { useFormat } from '../../parts/format';
import { Filter } from '../services/ServicesPage';

interface Row {
  resource: Shape['Resource'];
  hits: number | undefined;
  last: string | undefined;
  dead: number;
}

const keyOf = (it: { kind: string; namespace: string; name: string }) => `${it.kind} ${it.namespace}/${it.name}`;

export default function RulesPage() {
  const { t } = useWords();
  const format = useFormat();
  const scope = useScope();
  const { somewhere } = useMay();
  const [params] = useSearchParams();
  const text = (params.get('q') ?? '').toLowerCase();
  const kind = params.get('kind') ?? '';
  const resources = useRead(['resources', ''], (signal) => api.GET('/api/v1/resources', { signal }));
  const rules = useRead(['rules'], (signal) => api.GET('/api/v1/rules', { signal }));

  const rows = useMemo<Row[]>(() => {
    const hits = new Map<string, Row>();
    for (const rule of rules.data?.rules ?? []) {
      const before = hits.get(keyOf(rule));
      hits.set(keyOf(rule), {
        resource: {} as Shape['Resource'],
        hits: (before?.hits ?? 0) + rule.hits,
        last: [before?.last, rule.lastHit].filter((it) => it !== undefined).sort().at(-1),
        dead: (before?.dead ?? 0) + (rule.use === 'dead' ? 1 : 0),
      });
    }
    return (resources.data?.items ?? [])
      .filter((it) => !scope.namespace || it.namespace === scope.namespace)
      .map((resource) => ({ hits: undefined, last: undefined, dead: 0, ...hits.get(keyOf(resource)), resource }));
  }, [resources.data, rules.data, scope.namespace]);
  const kinds = [...new Set(rows.map((it) => it.resource.kind))].sort();
  const shown = rows
    .filter((it) => !kind || it.resource.kind === kind)
    .filter((it) => `${keyOf(it.resource)} ${it.resource.file}`.toLowerCase().includes(text));

  const columns: Column<Row>[] = [
    { id: 'name', title: t('rules.name'), order: (it) => it.resource.name, cell: (it) => <strong className="break">{it.resource.name}</strong> },
    { id: 'kind', title: t('rules.kind'), order: (it) => it.resource.kind, cell: (it) => <Tag>{it.resource.kind}</Tag> },
    { id: 'namespace', title: t('service.namespace'), order: (it) => it.resource.namespace, cell: (it) => it.resource.namespace || '–' },
    {
      id: 'findings', title: t('start.findings'), order: (it) => -it.resource.findings.length,
      cell: (it) => {
        const worst = it.resource.findings.some((f) => f.severity === 'error') ? 'bad' : 'warn';
        return it.resource.findings.length > 0 ? <Tag tone={worst}>{it.resource.findings.length}</Tag> : <span className="soft">–</span>;
      },
    },
    { id: 'hits', title: t('golden.hits'), right: true, order: (it) => it.hits ?? -1, cell: (it) => (it.hits === undefined ? <span className="soft">–</span> : format.count(it.hits)) },
    {
      id: 'last', title: t('rules.lastHit'), right: true, order: (it) => it.last ?? '',
      cell: (it) => (it.last ? <Ago time={it.last} /> : it.dead > 0 ? <Tag tone="warn">{t('rules.dead', { n: it.dead })}</Tag> : <span className="soft">–</span>),
    },
    { id: 'place', title: t('service.defined'), order: (it) => it.resource.file, cell: (it) => <PlaceName file={it.resource.file} line={it.resource.line} /> },
  ];

  return (
    <Page
      title={t('nav.rules')}
      actions={
        <>
          <Filter />
          <select className="field" aria-label={t('rules.kind')} value={kind} onChange={(event) => scope.set({ kind: event.target.value })}>
            <option value="">{t('rules.allKinds')}</option>
            {kinds.map((it) => <option key={it} value={it}>{it}</option>)}
          </select>
          {somewhere('operator') && <To className="button primary" to="/rules/new">{t('rules.new')}</To>}
        </>
      }
    >
      <Panel title={t('rules.all')} note={resources.data && t('rules.count', { n: shown.length })} flush>
        <Read of={resources}>
          {() => (
            <Table
              label={t('nav.rules')}
              columns={columns}
              rows={shown}
              rowKey={(it) => `${keyOf(it.resource)} ${it.resource.file} ${it.resource.line}`}
              href={({ resource: it }) => `/rules/${it.plural}/${it.namespace || '_'}/${encodeURIComponent(it.name)}`}
              empty={<Empty icon="rules" title={t('rules.none')}>{t('rules.noneNext')}</Empty>}
            />
          )}
        </Read>
      </Panel>
    </Page>
  );
}

/** The last parts of a path: the first ones are the same for all. */
export const shortFile = (file: string) => file.split('/').slice(-3).join('/');
