import { describe, expect, it } from 'vitest';
import { Draft, said } from './draft';

const TEXT = `# Who owns it: team shop
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: {name: reviews, namespace: shop}
spec:
  hosts: [reviews] # short name
  http:
  # Anna's own way
  - name: anna
    match:
    - headers:
        end-user: {exact: anna}
    route:
    - destination: {host: reviews, subset: v2}
      futureField: yes-please
  - name: all
    route:
    - destination: {host: reviews, subset: v1}
      weight: 90   # most
    - destination: {host: reviews, subset: v2}
      weight: 10
    timeout: "3s"
`;
const draft = (text = TEXT) => Draft.read(text);

/** The lines that an edit took and brought. */
function change(after: string, before = TEXT) {
  const [a, b] = [before.split('\n'), after.split('\n')];
  return { gone: a.filter((it) => !b.includes(it)), came: b.filter((it) => !a.includes(it)) };
}

describe('a draft', () => {
  it('says what stands where, as JSON has it', () => {
    expect(draft().get(['spec', 'http', 1, 'route', 0, 'weight'])).toBe(90);
    expect(draft().get(['spec', 'http', 0, 'match'])).toEqual([{ headers: { 'end-user': { exact: 'anna' } } }]);
    expect(draft().get(['spec', 'http', 7, 'route'])).toBeUndefined();
    expect(said(['spec', 'http', 1, 'route', 0, 'weight'])).toBe('spec.http[1].route[0].weight');
  });

  it('changes a value and leaves comments, unknown fields, order and style', () => {
    const after = draft().put(['spec', 'http', 1, 'route', 0, 'weight'], 70);
    expect(change(after)).toEqual({ gone: ['      weight: 90   # most'], came: ['      weight: 70 # most'] });
    expect(change(draft().put(['spec', 'http', 1, 'timeout'], '5s'))).toEqual({
      gone: ['    timeout: "3s"'],
      came: ['    timeout: "5s"'],
    });
  });

  it('puts a value where nothing was, with all that leads to it', () => {
    const after = draft().put(['spec', 'http', 0, 'fault', 'delay', 'percentage', 'value'], 0.5);
    expect(after).toContain('    fault:\n      delay:\n        percentage:\n          value: 0.5\n');
    expect(after).toContain('futureField: yes-please');
    expect(draft('kind: VirtualService\nspec:\n').put(['spec', 'hosts'], ['a'])).toBe('kind: VirtualService\nspec:\n  hosts:\n    - a\n');
  });

  it('takes a value away with the mappings that are empty then, but no item of a list', () => {
    const with_ = draft().put(['spec', 'http', 0, 'retries', 'attempts'], 2);
    expect(draft(with_).put(['spec', 'http', 0, 'retries', 'attempts'], undefined)).toBe(draft().put(['spec', 'http', 0, 'x'], undefined));
    const noMatch = draft().put(['spec', 'http', 0, 'match', 0, 'headers'], undefined);
    expect(draft(noMatch).get(['spec', 'http', 0, 'match'])).toEqual([{}]);
    expect(draft(draft(noMatch).put(['spec', 'http', 0, 'match', 0], undefined)).get(['spec', 'http', 0])).not.toHaveProperty('match');
  });

  it('moves and adds items with their comments', () => {
    const moved = draft().move(['spec', 'http'], 0, 1);
    expect(draft(moved).get(['spec', 'http', 1, 'name'])).toBe('anna');
    expect(moved).toContain("# Anna's own way");
    expect(draft().move(['spec', 'http'], 1, 1)).toContain('- name: all');
    const added = draft().add(['spec', 'http', 1, 'mirrors'], {});
    expect(draft(added).get(['spec', 'http', 1, 'mirrors'])).toEqual([{}]);
    expect(draft(draft(added).put(['spec', 'http', 1, 'mirrors', 0, 'destination', 'host'], 'b')).text).toContain('    mirrors:\n    - destination:\n        host: b\n');
  });

  it('keeps what is said about texts of a list that stay', () => {
    const text = 'kind: VirtualService\nspec:\n  hosts:\n  - a # first\n  - b\n';
    expect(draft(text).putTexts(['spec', 'hosts'], ['a', 'c', 'd'])).toBe('kind: VirtualService\nspec:\n  hosts:\n  - a # first\n  - c\n  - d\n');
    expect(draft(text).putTexts(['spec', 'hosts'], [])).not.toContain('hosts');
  });

  it('renames a key in its place, and takes no other one\'s', () => {
    const text = 'kind: DestinationRule\nspec:\n  subsets:\n  - labels: {version: v1, tier: a}\n';
    expect(draft(text).rename(['spec', 'subsets', 0, 'labels'], 'version', 'release')).toContain('{release: v1, tier: a}');
    expect(draft(text).rename(['spec', 'subsets', 0, 'labels'], 'version', 'tier')).toBe(text);
  });

  it('edits one of several documents', () => {
    const text = `kind: ServiceEntry\nspec: {hosts: [x]}\n---\n${TEXT}`;
    expect(Draft.read(text).kinds).toEqual(['ServiceEntry', 'VirtualService']);
    const after = Draft.read(text, 1).put(['spec', 'http', 1, 'timeout'], '9s');
    expect(after.startsWith('kind: ServiceEntry\nspec: {hosts: [x]}\n---\n# Who owns it')).toBe(true);
    expect(after).toContain('timeout: "9s"');
  });

  it('quotes what YAML would take for something else', () => {
    const after = draft().put(['spec', 'http', 0, 'name'], 'on');
    expect(after).toContain('- name: "on"');
    expect(draft(draft().put(['spec', 'http', 0, 'name'], 'a: b # c\n<img>')).get(['spec', 'http', 0, 'name'])).toBe('a: b # c\n<img>');
  });

  it('does not touch a text with a mistake or with aliases, and says which', () => {
    const broken = draft('kind: VirtualService\nspec: {hosts: [a\n');
    expect(broken.trouble).toMatchObject({ line: 3 });
    expect(broken.put(['spec', 'hosts'], ['b'])).toBe(broken.text);
    const alias = draft('kind: VirtualService\nspec:\n  hosts: &h [a]\n  gateways: *h\n');
    expect(alias.trouble).toBe('alias');
    expect(alias.put(['spec', 'hosts'], ['b'])).toBe(alias.text);
  });
});
