import { useState } from 'react';
import { useNavigate, useParams } from 'react-router';
import { api, useRead, type Shape } from '../../api/client';
import { useMay } from '../../api/roles';
import { useScope } from '../../app/scope';
import { useWords } from '../../i18n';
import { Ago, Button, Failed, Page, Panel, PlaceText, Read, Tag, To } from '../../parts';
import { Table } from '../../parts/Table';
import { useFormat } from '../../parts/format';
import { Change } from './Change';
import { Findings } from './Findings';
import { applyAll, useChange } from './change';

export default function RulePage() {
  const { plural = '', namespace = '', name = '' } = useParams();
  const resource = useRead(['resource', plural, namespace, name], (signal) =>
    api.GET('/api/v1/resources/{plural}/{namespace}/{name}', { params: { path: { plural, namespace, name } }, signal }));
  const { t } = useWords();
  if (resource.error && resource.data === undefined) {
    return <Page title={name} crumbs={<To to="/rules">{t('nav.rules')}</To>}><Failed failure={resource.error} /></Page>;
  }
  return (
    <Read of={resource}>
      {(data) => <Rule key={`${plural}/${namespace}/${name}`} resource={data} />}
    </Read>
  );
}

function Rule({ resource }: { resource: Shape['Resource'] }) {
  const { t } = useWords();
  const { may } = useMay();
  const { search } = useScope();
  const navigate = useNavigate();
  const inForce = resource.yaml ?? '';
  const [draft, setDraft] = useState<string | null>(null);
  const [isAsking, setAsking] = useState(false);
  const remove = useChange(applyAll, () => void navigate(`/rules${search}`));
  const path = { plural: resource.plural, namespace: resource.namespace || '_', name: resource.name };
  const isApplied = resource.file.includes('/applied/');

  return (
    <Page
      title={resource.name}
      crumbs={<To to="/rules">{t('nav.rules')}</To>}
      about={
        <span className="row">
          <Tag>{resource.kind}</Tag>
          {resource.namespace && <span>{resource.namespace}</span>}
          <PlaceText file={resource.file} line={resource.line} />
        </span>
      }
      actions={may('operator', resource.namespace) && isApplied && (
        isAsking ? (
          <>
            <span>{t('rules.deleteAsk')}</span>
            <Button tone="danger" disabled={remove.isPending} onClick={() => remove.mutate({ delete: [path] })}>{t('rules.delete')}</Button>
            <Button onClick={() => setAsking(false)}>{t('cancel')}</Button>
          </>
        ) : <Button tone="danger" onClick={() => setAsking(true)}>{t('rules.delete')}</Button>
      )}
    >
      {remove.error && <Failed failure={remove.error} />}
      {!isApplied && <p className="soft">{t('rules.ownFile')}</p>}
      {resource.findings.length > 0 && (
        <Panel title={t('start.findings')} flush><Findings findings={resource.findings} /></Panel>
      )}
      <Change before={inForce} from={`${resource.name}.yaml`} text={draft ?? inForce} set={setDraft} named done={() => setDraft(null)} />
      {resource.kind === 'VirtualService' && <Hits resource={resource} />}
    </Page>
  );
}

function Hits({ resource }: { resource: Shape['Resource'] }) {
  const { t } = useWords();
  const format = useFormat();
  const rules = useRead(['rules'], (signal) => api.GET('/api/v1/rules', { signal }));
  return (
    <Panel title={t('rules.hits')} flush>
      <Read of={rules}>
        {(data) => (
          <Table
            label={t('rules.hits')}
            param="hits"
            columns={[
              { id: 'field', title: t('rules.rule'), cell: (it) => <code>{it.field}</code> },
              { id: 'line', title: t('rules.line'), right: true, cell: (it) => it.line },
              { id: 'use', title: t('rules.use'), cell: (it) => <Tag tone={it.use === 'hit' ? 'good' : it.use === 'dead' ? 'warn' : 'plain'}>{t(`use.${it.use}`)}</Tag> },
              { id: 'hits', title: t('golden.hits'), right: true, order: (it) => it.hits, cell: (it) => format.count(it.hits) },
              { id: 'last', title: t('rules.lastHit'), right: true, cell: (it) => (it.lastHit ? <Ago time={it.lastHit} /> : '–') },
              { id: 'proxies', title: t('nav.proxies'), right: true, cell: (it) => `${it.reporting} / ${it.proxies}` },
            ]}
            rows={data.rules.filter((it) => it.kind === resource.kind && it.namespace === resource.namespace && it.name === resource.name)}
            rowKey={(it) => `${it.field} ${it.rule}`}
          />
        )}
      </Read>
    </Panel>
  );
}
