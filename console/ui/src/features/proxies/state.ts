import type { Shape } from '../../api/client';
import type { Key } from '../../i18n';
import type { Tone } from '../../parts';

export function stateOf(it: Shape['Proxy']): { tone: Tone; key: Key } {
  if (!it.connected) return { tone: 'plain', key: 'proxy.gone' };
  if (it.types.some((type) => type.nack)) return { tone: 'bad', key: 'proxy.refused' };
  if (it.inStage) return { tone: 'info', key: 'proxy.inStage' };
  return it.inSync ? { tone: 'good', key: 'proxy.inSync' } : { tone: 'warn', key: 'proxy.behind' };
}

/** The namespace of a node's id, as in `sidecar~10.0.0.1~web-1.shop~shop.svc.cluster.local`. */
export const namespaceOf = (id: string) => id.split('~')[2]?.split('.').slice(1).join('.') ?? '';
export const addressOf = (id: string) => id.split('~')[1] ?? '';
