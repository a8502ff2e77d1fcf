import type { Path } from './draft';
import described from './forms.json';

/** What a field takes: one value, several, or fields of its own. */
export type Type =
  | { is: 'text' | 'host' | 'number' | 'duration' | 'flag' | 'texts' | 'pairs' | 'match' | 'matches' }
  | { is: 'choice'; of: string[] }
  | { is: 'group'; fields: readonly Field[] }
  | { is: 'list'; fields: readonly Field[]; name: string };

export interface Field {
  /** As Istio calls it; with dots where it lies deeper. */
  name: string;
  path: Path;
  /** Whether it is there to be filled in before it has a value. */
  always: boolean;
  type: Type;
}

const KINDS = ['VirtualService', 'DestinationRule'];
const types = described as Record<string, Record<string, string>>;
const made = new Map<string, readonly Field[]>();

/** The fields of a kind that has a form; undefined for others. */
export const formOf = (kind: string): readonly Field[] | undefined => (KINDS.includes(kind) ? fieldsOf(kind) : undefined);

function fieldsOf(type: string): readonly Field[] {
  const known = made.get(type);
  if (known) return known;
  const fields: Field[] = [];
  made.set(type, fields);
  for (const [key, said] of Object.entries(types[type] ?? {})) {
    const name = key.replace('!', '');
    fields.push({ name, path: name.split('.'), always: key.endsWith('!'), type: typeOf(said) });
  }
  return fields;
}

function typeOf(said: string): Type {
  const item = /^\[(\w+)\]$/.exec(said)?.[1];
  if (item) return { is: 'list', fields: fieldsOf(item), name: item };
  if (said.includes(' | ')) return { is: 'choice', of: said.split(' | ') };
  return said in types ? { is: 'group', fields: fieldsOf(said) } : ({ is: said } as Type);
}

/** Fields that a value has and the form has not, as in `http[0].foo`: they are edited as YAML only. */
export function unshown(value: unknown, fields: readonly Field[]): string[] {
  return left(value, fields.map(({ path, type }) => ({ path, type })));
}

interface Way {
  path: Path;
  type: Type;
}

function left(value: unknown, ways: readonly Way[]): string[] {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return [];
  return Object.entries(value).flatMap(([key, inside]) => {
    const along = ways.filter((it) => it.path[0] === key);
    const end = along.find((it) => it.path.length === 1);
    if (along.length === 0) return [key];
    const rest = end ? behind(inside, end.type) : left(inside, along.map((it) => ({ ...it, path: it.path.slice(1) })));
    return rest.map((it) => (it.startsWith('[') ? `${key}${it}` : `${key}.${it}`));
  });
}

function behind(value: unknown, type: Type): string[] {
  if (type.is === 'group') return unshown(value, type.fields);
  if (type.is !== 'list' || !Array.isArray(value)) return [];
  return value.flatMap((item, i) => unshown(item, type.fields).map((it) => `[${i}].${it}`));
}
