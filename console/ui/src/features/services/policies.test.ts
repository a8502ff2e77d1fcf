import { expect, it } from 'vitest';
import type { Shape } from '../../api/client';
import { about } from './policies';

const resource = (kind: string, namespace: string, name: string, spec: unknown) => ({ kind, namespace, name, resource: { spec } }) as unknown as Shape['Resource'];
const reviews = {
  host: 'reviews.shop.svc.cluster.local', namespace: 'shop',
  endpoints: [{ address: '10.0.0.1', port: 1, servicePort: 1, health: 'HEALTHY', labels: { app: 'reviews' } }],
};
const names = (...all: Shape['Resource'][]) => about(reviews, all).map((it) => it.name);

it('finds what names the host, as short as its own namespace may', () => {
  expect(names(
    resource('DestinationRule', 'shop', 'short', { host: 'reviews' }),
    resource('DestinationRule', 'other', 'not ours', { host: 'reviews' }),
    resource('DestinationRule', 'other', 'with namespace', { host: 'reviews.shop' }),
    resource('DestinationRule', 'other', 'whole', { host: 'reviews.shop.svc.cluster.local' }),
    resource('DestinationRule', 'shop', 'star', { host: '*.shop.svc.cluster.local' }),
    resource('DestinationRule', 'shop', 'another', { host: 'ratings' }),
  )).toEqual(['short', 'star', 'whole', 'with namespace']);
});

it('finds routes to it, and policies of its workloads, in the order in which a call meets them', () => {
  expect(names(
    resource('AuthorizationPolicy', 'shop', 'for it', { selector: { matchLabels: { app: 'reviews' } } }),
    resource('AuthorizationPolicy', 'shop', 'for another', { selector: { matchLabels: { app: 'ratings' } } }),
    resource('PeerAuthentication', 'shop', 'for all', {}),
    resource('PeerAuthentication', 'other', 'elsewhere', {}),
    resource('VirtualService', 'shop', 'leads there', { hosts: ['shop.example.com'], http: [{ route: [{ destination: { host: 'reviews' } }] }] }),
    resource('HTTPRoute', 'shop', 'gateway api', { rules: [{ backendRefs: [{ name: 'reviews', port: 9080 }] }] }),
    resource('Secret', 'shop', 'no policy', {}),
  )).toEqual(['leads there', 'gateway api', 'for it', 'for all']);
});

it('takes resources that are not as they should be', () => {
  expect(names(resource('VirtualService', 'shop', 'odd', null), resource('DestinationRule', 'shop', 'odd', { host: 7 }))).toEqual([]);
});
