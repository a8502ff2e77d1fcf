// @vitest-environment jsdom
import { describe, expect, it } from 'vitest';
import { may, maySomewhere } from '../api/roles';
import { windowOf } from '../app/scope';
import { difference } from './Diff';
import { sorted } from './Table';

describe('a difference', () => {
  const said = (before: string, after: string) => difference(before, after).map((it) => it.sign + it.text);

  it('says what came and went, line by line', () => {
    expect(said('a\nb\nc\n', 'a\nx\nc\nd\n')).toEqual([' a', '-b', '+x', ' c', '+d']);
    expect(said('', 'a\n')).toEqual(['+a']);
    expect(said('a\nb', '')).toEqual(['-a', '-b']);
    expect(said('a\na\na', 'a\na')).toEqual([' a', ' a', '-a']);
  });

  it('gives back both texts, whatever they are', () => {
    let seed = 7;
    const random = (n: number) => (seed = (seed * 1103515245 + 12345) & 0x7fffffff) % n;
    for (let i = 0; i < 200; i++) {
      const text = () => Array.from({ length: random(12) }, () => 'abc'[random(3)]).join('\n');
      const [before, after] = [text(), text()];
      const lines = difference(before, after);
      const side = (sign: string) => lines.filter((it) => it.sign === ' ' || it.sign === sign).map((it) => it.text).join('\n');
      expect([side('-'), side('+')], `${before} / ${after}`).toEqual([before, after]);
    }
  });
});

describe('roles', () => {
  it.each([
    [['viewer:*'], 'viewer', 'shop', true],
    [['viewer:*'], 'operator', 'shop', false],
    [['operator:shop'], 'operator', 'shop', true],
    [['operator:shop'], 'viewer', 'shop', true],
    [['operator:shop'], 'operator', 'other', false],
    [['operator:shop', 'viewer:other'], 'viewer', 'other', true],
    [['admin:*'], 'admin', '', true],
    [[], 'viewer', 'shop', false],
  ] as const)('%s may be %s of %s: %s', (roles, wanted, namespace, expected) => {
    expect(may(roles, wanted, namespace)).toBe(expected);
  });

  it('are enough somewhere', () => {
    expect(maySomewhere(['viewer:a', 'operator:b'], 'operator')).toBe(true);
    expect(maySomewhere(['viewer:a'], 'admin')).toBe(false);
  });
});

it('looks at the last seconds, or at those before a moment', () => {
  expect(windowOf(60, '')).toEqual({ seconds: '60' });
  expect(windowOf(60, '2026-01-31T12:00:00.000Z')).toEqual({ from: '2026-01-31T11:59:00.000Z', to: '2026-01-31T12:00:00.000Z' });
});

it('puts numbers in order as numbers', () => {
  expect(sorted([10, 9, 100], (it) => it, false)).toEqual([9, 10, 100]);
  expect(sorted(['b', 'a'], (it) => it, true)).toEqual(['b', 'a']);
});
