import {
  Background, BaseEdge, Controls, EdgeLabelRenderer, Handle, MarkerType, Position, ReactFlow, getBezierPath, useStore,
  type Edge, type EdgeProps, type Node, type NodeProps,
} from '@xyflow/react';
import '@xyflow/react/dist/style.css';
import { memo, useCallback, useEffect, useMemo, useState } from 'react';
import { useSearchParams } from 'react-router';
import { api, useRead } from '../../api/client';
import { useScope } from '../../app/scope';
import { useWords } from '../../i18n';
import { Empty, Page, Read, Tag } from '../../parts';
import { Icon } from '../../parts/Icon';
import { shortHost, useFormat } from '../../parts/format';
import { toneOfErrors } from '../services/golden';
import { Bundle } from './Bundle';
import { Side } from './Side';
import { SmallMap } from './SmallMap';
import type { StillBox } from './Still';
import { TimeTravel } from './TimeTravel';
import { edgeId, looked, received, type GraphEdge, type GraphNode, type Picture } from './graph';
import { HEIGHT, WIDTH, layout, type Layout } from './layout';
import './topology.css';

/** With more edges than that, numbers at each would hide the picture. */
const MOST_LABELS = 60;

/** With more edges than that, they are one drawing. */
const MOST_EDGES = 200;

/** From which zoom on what is in a box can be read: letters of four pixels. */
const READABLE = 0.3;

/** How often is looked whether a zoom is over. */
const SETTLING_MILLIS = 100;

/** Of a name in a picture that is large. */
const MOST_LETTERS = 14;

/** With more nodes than that, those out of sight are taken out, which costs as they come and go while one pans. */
const MOST_KEPT = 500;

type ServiceNode = Node<{ node: GraphNode; name: string; what: string; tone: string }, 'service'>;
type NamespaceNode = Node<{ name: string }, 'namespace'>;
type CallEdge = Edge<{ text: string; tone: string; secure: boolean | undefined }, 'call'>;

export default function TopologyPage() {
  const { t } = useWords();
  const scope = useScope();
  const [params] = useSearchParams();
  const text = params.get('q') ?? '';
  const query = { ...scope.window, ...(scope.namespace && { namespace: scope.namespace }) };
  const graph = useRead(['graph', query], (signal) => api.GET('/api/v1/graph', { params: { query }, signal }));
  const picture = useMemo<Picture>(() => looked(graph.data ?? { nodes: [], edges: [] }, text), [graph.data, text]);

  return (
    <Page
      wide
      title={t('nav.topology')}
      about={graph.data && t('topology.about', { nodes: picture.nodes.length, edges: picture.edges.length })}
      actions={
        <input className="field" type="search" style={{ width: 'min(420px, 70vw)' }} aria-label={t('topology.find')} placeholder={t('topology.find')}
          value={text} onChange={(event) => scope.set({ q: event.target.value })} />
      }
    >
      <Read of={graph}>{() => <Map_ picture={picture} isSearched={text !== ''} />}</Read>
      <TimeTravel now={graph.dataUpdatedAt || Date.now()} />
      <p className="map-help">{t('topology.help')} <code>reviews ns:shop errors&gt;5 p99&gt;200 mtls:no -version:v1</code></p>
    </Page>
  );
}

/** A name that surely has room in a box, beside its version. */
const cut = (name: string, isLarge: boolean) => (isLarge && name.length > MOST_LETTERS ? `${name.slice(0, MOST_LETTERS - 1)}…` : name);

/** Where a box stands, without a transform of its own: the browser would weigh hundreds of them anew in each frame. */
const standing = ({ x, y }: { x: number; y: number }) => ({ transform: 'none', left: x, top: y });

/** A layout is made anew only when other things stand in the picture, not when their numbers change. */
function useLayout(picture: Picture): Layout | undefined {
  const key = useMemo(
    () => JSON.stringify([picture.nodes.map((it) => it.id).sort(), picture.edges.map((it) => `${it.from} ${it.to}`).sort()]),
    [picture],
  );
  const [made, setMade] = useState<{ key: string; layout: Layout }>();
  useEffect(() => {
    let isWanted = true;
    void layout(picture).then((it) => isWanted && setMade({ key, layout: it }));
    return () => {
      isWanted = false;
    };
    // The picture is the key's: its numbers don't matter here.
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [key]);
  return made?.key === key ? made.layout : undefined;
}

function Map_({ picture, isSearched }: { picture: Picture; isSearched: boolean }) {
  const { t } = useWords();
  const format = useFormat();
  const scope = useScope();
  const [params] = useSearchParams();
  const [node, edge] = [params.get('node') ?? '', params.get('edge') ?? ''];
  const places = useLayout(picture);
  const isLarge = picture.edges.length > MOST_EDGES;
  const [isFar, setFar] = useState(false);

  // What they say of themselves, once for the boxes and for the image that stands in for them.
  const faces = useMemo(() => new Map(picture.nodes.map((it) => {
    const health = received(it.id, picture.edges);
    return [it.id, {
      name: cut(it.party.workload || shortHost(it.party.service) || t('topology.nobody'), isLarge),
      what: health.requests > 0 ? `${format.rate(health.perSecond)}/s · ${format.share(health.errorShare)}` : t('topology.callsOnly'),
      tone: health.requests > 0 ? toneOfErrors(health.errorShare) : 'idle',
    }];
    // The formats change with the language only.
    // eslint-disable-next-line react-hooks/exhaustive-deps
  })), [picture, isLarge, t]);

  const stills = useMemo<StillBox[]>(() => picture.nodes.flatMap((it) => {
    const [at, box, face] = [places?.nodes.get(it.id), places?.namespaces.get(it.party.namespace), faces.get(it.id)];
    return at && box && face ? [{ x: box.x + at.x, y: box.y + at.y, name: face.name, tone: face.tone }] : [];
  }), [picture, places, faces]);

  const nodes = useMemo<(ServiceNode | NamespaceNode)[]>(() => {
    if (!places) return [];
    const boxes = [...places.namespaces].map(([name, box]): NamespaceNode => ({
      id: `ns ${name}`, type: 'namespace', position: { x: box.x, y: box.y }, width: box.width, height: box.height, style: standing(box),
      data: { name }, selectable: false, draggable: false, focusable: false, zIndex: -1,
    }));
    const services = picture.nodes.flatMap((it): ServiceNode[] => {
      const at = places.nodes.get(it.id);
      const box = places.namespaces.get(it.party.namespace);
      const face = faces.get(it.id);
      if (!at || !box || !face) return [];
      return [{
        id: it.id, type: 'service', parentId: `ns ${it.party.namespace}`, position: at, width: WIDTH, height: HEIGHT,
        style: standing({ x: box.x + at.x, y: box.y + at.y }),
        draggable: false, selected: it.id === node, ariaLabel: `${it.party.workload || shortHost(it.party.service) || t('topology.nobody')} ${face.what}`,
        data: { node: it, ...face },
      }];
    });
    return [...boxes, ...services];
  }, [places, picture, faces, node, t]);

  const edges = useMemo<CallEdge[]>(() => {
    if (isLarge) return [];
    const hasLabels = picture.edges.length <= MOST_LABELS;
    return picture.edges.map((it) => {
      const id = edgeId(it);
      return {
        id, type: 'call', source: it.from, target: it.to, className: toneOfErrors(it.errorShare), selected: id === edge,
        markerEnd: { type: MarkerType.ArrowClosed, width: 14, height: 14 },
        data: { text: hasLabels || id === edge ? labelOf(it, format) : '', tone: toneOfErrors(it.errorShare), secure: it.secureShare === undefined ? undefined : it.secureShare >= 1 },
      };
    });
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [picture, isLarge, edge, t]);

  const labels = useMemo(() => ({
    'node.a11yDescription.default': t('topology.key.node'), 'node.a11yDescription.keyboardDisabled': t('topology.key.node'),
    'edge.a11yDescription.default': t('topology.key.edge'), 'controls.ariaLabel': t('topology.controls'),
    'controls.zoomIn.ariaLabel': t('topology.zoomIn'), 'controls.zoomOut.ariaLabel': t('topology.zoomOut'), 'controls.fitView.ariaLabel': t('topology.fit'),
  }), [t]);

  const chooseEdge = useCallback((id: string) => scope.set({ edge: id, node: undefined }), [scope]);

  function choose(what: { node?: string | undefined; edge?: string | undefined }) {
    scope.set({ node: what.node, edge: what.edge });
  }
  const hasSide = picture.nodes.some((it) => it.id === node) || picture.edges.some((it) => edgeId(it) === edge);

  if (picture.nodes.length === 0) {
    return (
      <div className="map">
        <Empty icon="topology" title={isSearched ? t('topology.notFound') : t('traffic.none')}>
          {isSearched ? '' : t('traffic.noneNext')}
        </Empty>
      </div>
    );
  }
  return (
    <div className={`map ${hasSide ? 'with-side' : ''} ${isLarge ? 'large' : ''} ${isLarge && isFar ? 'far' : ''}`}>
      {places ? (
        <ReactFlow
          key={isSearched ? 'part' : 'whole'}
          nodes={nodes}
          edges={edges}
          nodeTypes={NODE_TYPES}
          edgeTypes={EDGE_TYPES}
          fitView
          fitViewOptions={{ padding: 0.08, maxZoom: 1.1 }}
          minZoom={0.05}
          onlyRenderVisibleElements={picture.nodes.length > MOST_KEPT}
          nodesConnectable={false}
          nodesDraggable={false}
          onNodeClick={(_, it) => it.type === 'service' && choose({ node: it.id })}
          onEdgeClick={(_, it) => choose({ edge: it.id })}
          onPaneClick={() => choose({})}
          onKeyDown={(event) => {
            const id = (event.target as Element).getAttribute('data-id');
            if (event.key === 'Enter' && id) choose(picture.nodes.some((it) => it.id === id) ? { node: id } : { edge: id });
            if (event.key === 'Escape') choose({});
          }}
          aria-label={t('nav.topology')}
          ariaLabelConfig={labels}
        >
          {isLarge && <Far tell={setFar} />}
          {isLarge && <Bundle picture={picture} places={places} boxes={stills} node={node} edge={edge} choose={chooseEdge} />}
          {!isLarge && <Background gap={22} size={1} />}
          <Controls showInteractive={false} />
          {picture.nodes.length > 40 && <SmallMap picture={picture} places={places} label={t('topology.small')} />}
        </ReactFlow>
      ) : (
        <div className="loading">{t('topology.laying')}</div>
      )}
      {hasSide && <Side picture={picture} node={node} edge={edge} choose={choose} />}
    </div>
  );
}

/**
 * Tells whether the picture is so small that nothing in a box can be read. Not while one zooms: three thousand elements
 * would be weighed anew in the middle of it.
 */
function Far({ tell }: { tell(isFar: boolean): void }) {
  const isFar = useStore((it) => it.transform[2] < READABLE);
  useEffect(() => {
    let timer = 0;
    const settle = () => {
      if (document.querySelector('.map[data-zooming]')) timer = window.setTimeout(settle, SETTLING_MILLIS);
      else tell(isFar);
    };
    settle();
    return () => clearTimeout(timer);
  }, [isFar, tell]);
  return null;
}

const labelOf = (it: GraphEdge, format: ReturnType<typeof useFormat>) =>
  `${format.rate(it.perSecond)}/s${it.errorShare > 0 ? ` · ${format.share(it.errorShare)}` : ''} · ${format.millis(it.p99Millis)}`;

const NamespaceBox = memo(({ data }: NodeProps<NamespaceNode>) => (
  <div className="map-namespace"><span>{data.name || '–'}</span></div>
));
NamespaceBox.displayName = 'NamespaceBox';

const ServiceBox = memo(({ data }: NodeProps<ServiceNode>) => {
  const { party } = data.node;
  return (
    <div className={`map-node ${data.tone}`}>
      <Handle type="target" position={Position.Left} isConnectable={false} />
      <span className="name">
        <span>{data.name}</span>
        {party.version && <Tag>{party.version}</Tag>}
      </span>
      <span className="what">{data.what}</span>
      <Handle type="source" position={Position.Right} isConnectable={false} />
    </div>
  );
});
ServiceBox.displayName = 'ServiceBox';

const Call = memo((edge: EdgeProps<CallEdge>) => {
  const [path, x, y] = getBezierPath(edge);
  return (
    <>
      <BaseEdge id={edge.id} path={path} {...(edge.markerEnd && { markerEnd: edge.markerEnd })} interactionWidth={12} />
      {edge.data?.text && (
        <EdgeLabelRenderer>
          <div className={`map-label ${edge.data.tone}`} style={{ transform: `translate(-50%,-50%) translate(${x}px,${y}px)` }}>
            {edge.data.secure !== undefined && <Icon name={edge.data.secure ? 'lock' : 'unlocked'} size={11} />}
            {edge.data.text}
          </div>
        </EdgeLabelRenderer>
      )}
    </>
  );
});
Call.displayName = 'Call';

const NODE_TYPES = { namespace: NamespaceBox, service: ServiceBox };
const EDGE_TYPES = { call: Call };
