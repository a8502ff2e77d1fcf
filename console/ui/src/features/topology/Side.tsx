import { useMemo } from 'react';
import { api, useRead, type Shape } from '../../api/client';
import { useWords } from '../../i18n';
import { Facts, PlaceText, Tag, To } from '../../parts';
import { Icon } from '../../parts/Icon';
import { shortHost, useFormat } from '../../parts/format';
import { toneOfErrors } from '../services/golden';
import { about } from '../services/policies';
import { shortFile } from '../rules/RulesPage';
import { edgeId, received, type GraphEdge, type Picture } from './graph';

/** What is known of the node or the edge that is chosen. */
export function Side({ picture, node, edge, choose }: {
  picture: Picture;
  node: string;
  edge: string;
  choose(what: { node?: string | undefined; edge?: string | undefined }): void;
}) {
  const { t } = useWords();
  const one = picture.edges.find((it) => edgeId(it) === edge);
  const party = picture.nodes.find((it) => it.id === (one ? one.to : node))?.party;
  const name = one ? `${label(picture, one.from)} → ${label(picture, one.to)}` : label(picture, node);
  return (
    <aside className="side" aria-label={name}>
      <header>
        <h2 className="break">{name}</h2>
        <button type="button" className="icon-button" onClick={() => choose({})} aria-label={t('close')}><Icon name="close" size={15} /></button>
      </header>
      {one ? <EdgeFacts edge={one} /> : <NodeFacts id={node} picture={picture} party={party} choose={choose} />}
      {party?.service && <Chain host={party.service} namespace={party.namespace} />}
      {party?.service && (
        <div className="row">
          <To className="button" to={`/services/${encodeURIComponent(party.service)}`}>{t('palette.service')}</To>
          <To className="button" to={`/logs?service=${encodeURIComponent(party.service)}`}>{t('nav.logs')}</To>
        </div>
      )}
    </aside>
  );
}

const label = (picture: Picture, id: string) => {
  const party = picture.nodes.find((it) => it.id === id)?.party;
  return party?.workload || shortHost(party?.service ?? '') || id;
};

function EdgeFacts({ edge }: { edge: GraphEdge }) {
  const { t } = useWords();
  const format = useFormat();
  return (
    <Facts of={[
      [t('golden.rate'), `${format.rate(edge.perSecond)}/s (${t('golden.requests', { n: edge.requests })})`],
      [t('golden.errors'), <span key="e" className={toneOfErrors(edge.errorShare)}>{`${format.share(edge.errorShare)} (${format.count(edge.errors)})`}</span>],
      ['p50', format.millis(edge.p50Millis)],
      ['p90', format.millis(edge.p90Millis)],
      ['p99', format.millis(edge.p99Millis)],
      [t('topology.protocol'), edge.protocol],
      [t('topology.mtls'), <Secure key="s" share={edge.secureShare} />],
      [t('topology.bytes'), `${format.bytes(edge.received)} / ${format.bytes(edge.sent)}`],
    ]} />
  );
}

export function Secure({ share }: { share: number | undefined }) {
  const { t } = useWords();
  const format = useFormat();
  if (share === undefined) return <span className="soft">{t('topology.mtlsUnknown')}</span>;
  return share >= 1 ? (
    <Tag tone="good"><Icon name="lock" size={12} />{t('topology.mtlsAll')}</Tag>
  ) : (
    <Tag tone="warn"><Icon name="unlocked" size={12} />{format.share(share)}</Tag>
  );
}

function NodeFacts({ id, picture, party, choose }: {
  id: string;
  picture: Picture;
  party: Shape['Party'] | undefined;
  choose(what: { edge?: string }): void;
}) {
  const { t } = useWords();
  const format = useFormat();
  const health = received(id, picture.edges);
  const lists: [string, GraphEdge[], (it: GraphEdge) => string][] = [
    [t('topology.callers'), picture.edges.filter((it) => it.to === id), (it) => it.from],
    [t('topology.calls'), picture.edges.filter((it) => it.from === id), (it) => it.to],
  ];
  return (
    <>
      <Facts of={[
        [t('service.namespace'), party?.namespace || '–'],
        [t('palette.service'), shortHost(party?.service ?? '') || '–'],
        [t('service.version'), party?.version || '–'],
        [t('golden.rate'), `${format.rate(health.perSecond)}/s`],
        [t('golden.errors'), <span key="e" className={toneOfErrors(health.errorShare)}>{format.share(health.errorShare)}</span>],
      ]} />
      {lists.filter(([, edges]) => edges.length > 0).map(([title, edges, other]) => (
        <div key={title}>
          <h3>{title}</h3>
          {edges.slice(0, 30).map((it) => (
            <div key={edgeId(it)} className="row">
              <button type="button" className="icon-button" onClick={() => choose({ edge: edgeId(it) })}>{label(picture, other(it))}</button>
              <span className="soft num">{`${format.rate(it.perSecond)}/s`}</span>
              {it.errorShare > 0 && <span className={toneOfErrors(it.errorShare)}>{format.share(it.errorShare)}</span>}
            </div>
          ))}
        </div>
      ))}
    </>
  );
}

/** The policies that a call meets, each with its place. */
function Chain({ host, namespace }: { host: string; namespace: string }) {
  const { t } = useWords();
  const resources = useRead(['resources', ''], (signal) => api.GET('/api/v1/resources', { signal }), { still: true });
  const services = useRead(['services'], (signal) => api.GET('/api/v1/services', { signal }));
  const found = useMemo(() => {
    const endpoints = services.data?.services.find((it) => it.host === host)?.endpoints ?? [];
    return about({ host, namespace, endpoints }, resources.data?.items ?? []);
  }, [host, namespace, resources.data, services.data]);
  return (
    <div>
      <h3>{t('topology.chain')}</h3>
      {found.length === 0 && <p className="soft">{t('service.noPolicies')}</p>}
      <ol className="list">
        {found.map((it) => (
          <li key={`${it.kind} ${it.namespace} ${it.name}`} style={{ padding: '6px 0' }}>
            <div><span className="soft">{it.kind}</span> <To to={`/rules/${it.plural}/${it.namespace || '_'}/${encodeURIComponent(it.name)}`}>{it.name}</To></div>
            <PlaceText file={shortFile(it.file)} line={it.line} />
          </li>
        ))}
      </ol>
    </div>
  );
}
