import type { Shape } from '../../api/client';

type Party = Shape['Party'];
type Edge = Shape['GraphEdge'];

/** One word of what is looked for; a leading - hides what it says. */
interface Term {
  hides: boolean;
  takes(it: Item): boolean;
}

export interface Item {
  party: Party;
  /** Calls that it makes or answers. */
  edges: readonly Edge[];
}

const TEXTS: Record<string, (party: Party) => string> = {
  ns: (it) => it.namespace,
  namespace: (it) => it.namespace,
  version: (it) => it.version,
  service: (it) => it.service,
  workload: (it) => it.workload,
};

const NUMBERS: Record<string, (edge: Edge) => number> = {
  rate: (it) => it.perSecond,
  errors: (it) => it.errorShare * 100,
  p50: (it) => it.p50Millis,
  p90: (it) => it.p90Millis,
  p99: (it) => it.p99Millis,
};

/**
 * Reads `reviews ns:shop errors>5 -version:v1 mtls:no`: words that stand in names, `name:text`, and numbers
 * of calls (rate a second, errors in per cent, p50, p90 and p99 in milliseconds).
 */
export function terms(text: string): Term[] {
  return text
    .split(/\s+/)
    .filter((word) => word !== '' && word !== '-')
    .map((word) => {
      const hides = word.startsWith('-');
      return { hides, takes: test(hides ? word.slice(1) : word) };
    });
}

function test(word: string): (it: Item) => boolean {
  const compared = /^(\w+)([<>])([\d.]+)(%|ms|\/s)?$/.exec(word);
  const value = compared && NUMBERS[compared[1] ?? ''];
  if (compared && value) {
    const limit = Number(compared[3]);
    return (it) => it.edges.some((edge) => (compared[2] === '>' ? value(edge) > limit : value(edge) < limit));
  }
  const [name = '', said = ''] = word.toLowerCase().split(/:(.*)/s);
  if (name === 'mtls') return (it) => it.edges.some((edge) => ((edge.secureShare ?? 0) >= 1) === (said === 'yes'));
  if (name === 'protocol') return (it) => it.edges.some((edge) => edge.protocol === said);
  const of = TEXTS[name];
  if (of && word.includes(':')) return (it) => of(it.party).toLowerCase().includes(said);
  const lower = word.toLowerCase();
  return ({ party }) => `${party.workload} ${party.service} ${party.version} ${party.namespace}`.toLowerCase().includes(lower);
}

/** Whether all terms that look for something take it, and none hides it. */
export function shows(found: readonly Term[], it: Item): boolean {
  return found.every((term) => term.takes(it) !== term.hides);
}
