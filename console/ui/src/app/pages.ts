import { lazy, type ComponentType } from 'react';
import type { Key } from '../i18n';
import type { IconName } from '../parts/Icon';
import type { Role } from '../api/roles';

export interface Place {
  path: string;
  name: Key;
  icon: IconName;
  group: 'see' | 'change' | 'ask' | 'guard';
  /** The role that it takes in some namespace. */
  role: Role;
}

/** What is in the menu and in the command palette, in this order. */
export const PLACES: Place[] = [
  { path: '/', name: 'nav.start', icon: 'start', group: 'see', role: 'viewer' },
  { path: '/topology', name: 'nav.topology', icon: 'topology', group: 'see', role: 'viewer' },
  { path: '/services', name: 'nav.services', icon: 'services', group: 'see', role: 'viewer' },
  { path: '/proxies', name: 'nav.proxies', icon: 'proxies', group: 'see', role: 'viewer' },
  { path: '/rules', name: 'nav.rules', icon: 'rules', group: 'change', role: 'viewer' },
  { path: '/history', name: 'nav.history', icon: 'history', group: 'change', role: 'viewer' },
  { path: '/stage', name: 'nav.stage', icon: 'stage', group: 'change', role: 'viewer' },
  { path: '/logs', name: 'nav.logs', icon: 'logs', group: 'ask', role: 'viewer' },
  { path: '/explain', name: 'nav.explain', icon: 'explain', group: 'ask', role: 'viewer' },
  { path: '/security', name: 'nav.security', icon: 'security', group: 'guard', role: 'viewer' },
  { path: '/certificates', name: 'nav.certificates', icon: 'certificates', group: 'guard', role: 'viewer' },
  { path: '/accounts', name: 'nav.accounts', icon: 'accounts', group: 'guard', role: 'admin' },
  { path: '/audit', name: 'nav.audit', icon: 'audit', group: 'guard', role: 'admin' },
];

const page = (load: () => Promise<{ default: ComponentType }>) => lazy(load);

/** Every address that there is, and the page that is loaded for it. */
export const ROUTES: { path: string; Page: ComponentType }[] = [
  { path: '/topology', Page: page(() => import('../features/topology/TopologyPage')) },
  { path: '/services', Page: page(() => import('../features/services/ServicesPage')) },
  { path: '/services/:host', Page: page(() => import('../features/services/ServicePage')) },
  { path: '/proxies', Page: page(() => import('../features/proxies/ProxiesPage')) },
  { path: '/proxies/:id', Page: page(() => import('../features/proxies/ProxyPage')) },
  { path: '/rules', Page: page(() => import('../features/rules/RulesPage')) },
  { path: '/rules/new', Page: page(() => import('../features/rules/NewRulePage')) },
  { path: '/rules/:plural/:namespace/:name', Page: page(() => import('../features/rules/RulePage')) },
  { path: '/history', Page: page(() => import('../features/rules/HistoryPage')) },
  { path: '/history/:version', Page: page(() => import('../features/rules/VersionPage')) },
  { path: '/stage', Page: page(() => import('../features/stage/StagePage')) },
  { path: '/logs', Page: page(() => import('../features/logs/LogsPage')) },
  { path: '/traces/:id', Page: page(() => import('../features/logs/TracePage')) },
  { path: '/explain', Page: page(() => import('../features/explain/ExplainPage')) },
  { path: '/security', Page: page(() => import('../features/security/SecurityPage')) },
  { path: '/certificates', Page: page(() => import('../features/certificates/CertificatesPage')) },
  { path: '/accounts', Page: page(() => import('../features/accounts/AccountsPage')) },
  { path: '/audit', Page: page(() => import('../features/accounts/AuditPage')) },
];
