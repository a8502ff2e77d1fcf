import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { message } from '.';
import { en } from './en';
import { zh } from './zh';

const placeholders = (text: string) => [...new Set(text.match(/\{\w+\}/g) ?? [])].sort();

describe('the catalogues', () => {
  it('have the same keys', () => {
    expect(Object.keys(zh).sort()).toEqual(Object.keys(en).sort());
  });

  it('say the same values in both languages', () => {
    for (const key of Object.keys(en) as (keyof typeof en)[]) {
      expect(placeholders(zh[key]), key).toEqual(placeholders(en[key]));
      expect(zh[key].trim(), key).not.toBe('');
    }
  });

  it('have Chinese in Chinese, apart from names', () => {
    const same = Object.entries(en).filter(([key, text]) => zh[key as keyof typeof en] === text);
    expect(same.map(([key]) => key).sort()).toEqual(['logs.request.hint', 'rules.yaml']);
  });

  it('have no text that nobody says', () => {
    const sources = files(join(__dirname, '..')).map((file) => readFileSync(file, 'utf8')).join('\n');
    const unused = Object.keys(en).filter(
      (key) => !sources.includes(`'${key}'`) && !/^(nav\.group|range|severity|use|logs|access|field|stage|login\.why)\./.test(key),
    );
    expect(unused).toEqual([]);
  });
});

function files(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((it) =>
    it.isDirectory() ? files(join(folder, it.name)) : /\.tsx?$/.test(it.name) && !/(en|zh|test)\.tsx?$/.test(it.name) ? [join(folder, it.name)] : [],
  );
}

describe('a message', () => {
  it('tells one from many', () => {
    expect(message('en', 'services.count', { n: 1 })).toBe('1 service');
    expect(message('en', 'services.count', { n: 2000 })).toBe('2,000 services');
    expect(message('zh', 'services.count', { n: 1 })).toBe('1 个服务');
  });

  it('leaves values as they are, whatever they look like', () => {
    expect(message('en', 'problem.gone', { name: '<b>{version}</b>' })).toBe('Proxy <b>{version}</b> is gone');
  });
});
