// @vitest-environment jsdom
import { MantineProvider } from '@mantine/core';
import { QueryClientProvider } from '@tanstack/react-query';
import { cleanup, fireEvent, render, screen } from '@testing-library/react';
import { useState } from 'react';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { newQueryClient, type Shape } from '../../../api/client';
import { Form } from './Form';
import { formOf, unshown } from './forms';

const RULE = `kind: VirtualService
metadata: {name: reviews, namespace: shop}
spec:
  hosts: [reviews]
  http:
  # the canary
  - route:
    - destination: {host: reviews, subset: v1}
      weight: 90
    - destination: {host: reviews, subset: v2}
      weight: 10
    timeout: 3x
    brandNew: {a: 1}
`;
const FINDING = { resource: 'VirtualService shop/reviews', field: 'spec.http[0].timeout', message: "'3x' (expected: a duration)" } as Shape['Finding'];

beforeEach(() => {
  window.matchMedia = (() => ({ matches: false, addEventListener: () => undefined, removeEventListener: () => undefined })) as unknown as typeof window.matchMedia;
  vi.stubGlobal('fetch', () => Promise.resolve(Response.json({ version: 1, services: [] })));
});

afterEach(() => {
  cleanup();
  vi.unstubAllGlobals();
});

/** A form and its text beside it, as on the page. */
function Both({ text, locked }: { text: string; locked: boolean }) {
  const [now, set] = useState(text);
  return (
    <>
      <textarea aria-label="YAML" value={now} onChange={(event) => set(event.target.value)} />
      <Form text={now} set={set} findings={[FINDING]} locked={locked} named />
    </>
  );
}

const show = (text: string, locked = false) =>
  render(<MantineProvider><QueryClientProvider client={newQueryClient()}><Both text={text} locked={locked} /></QueryClientProvider></MantineProvider>);
const yaml = () => (screen.getByLabelText('YAML') as HTMLTextAreaElement).value;
const type = (label: string, text: string, at = 0) => {
  const field = screen.getAllByLabelText(label)[at];
  if (!field) throw new Error(`there is no ${label} ${at}`);
  fireEvent.change(field, { target: { value: text } });
  fireEvent.blur(field);
};

it('edits the YAML, and is edited by it', () => {
  show(RULE);
  type('weight', '75', 0);
  type('weight', '25', 1);
  expect(yaml()).toBe(RULE.replace('weight: 90', 'weight: 75').replace('weight: 10', 'weight: 25'));
  expect(screen.getByRole('img', { name: '75%, 25%' })).toBeTruthy();
  type('YAML', yaml().replace('weight: 75', 'weight: 225'));
  expect((screen.getAllByLabelText('weight')[0] as HTMLInputElement).value).toBe('225');
  expect(screen.getByRole('img', { name: '90%, 10%' })).toBeTruthy();
});

it('adds and takes away what has fields of its own', () => {
  show(RULE);
  fireEvent.click(screen.getByRole('button', { name: 'Add fault' }));
  fireEvent.click(screen.getByRole('button', { name: 'Add abort' }));
  expect(yaml()).toBe(RULE);
  type('httpStatus', '503');
  type('percentage', '40');
  expect(yaml()).toContain('    fault:\n      abort:\n        httpStatus: 503\n        percentage:\n          value: 40\n');
  fireEvent.click(screen.getByRole('button', { name: 'Remove fault' }));
  expect(yaml()).toBe(RULE);
  fireEvent.click(screen.getByRole('button', { name: 'Remove route 2' }));
  expect(yaml()).not.toContain('v2');
});

it('shows a finding at its field, and names what it has no field for', () => {
  show(RULE);
  const timeout = screen.getByLabelText('timeout');
  expect(timeout.getAttribute('aria-invalid')).toBe('true');
  expect(document.getElementById(timeout.getAttribute('aria-describedby') ?? '')?.textContent).toBe(FINDING.message);
  expect(screen.getByText('http[0].brandNew')).toBeTruthy();
});

it('says why it cannot edit, and changes nothing for who may not', () => {
  show('kind: VirtualService\nspec: {hosts: [a\n');
  expect(screen.getByText('The YAML has a mistake at line 3')).toBeTruthy();
  cleanup();
  show(RULE, true);
  expect(screen.getAllByLabelText('weight').every((it) => (it as HTMLInputElement).readOnly)).toBe(true);
  expect(screen.queryByRole('button')).toBeNull();
});

it('takes names of labels and ways to compare', () => {
  show('kind: VirtualService\nspec:\n  http:\n  - match:\n    - headers:\n        end-user: {exact: anna}\n');
  fireEvent.change(screen.getByLabelText('How headers end-user is compared'), { target: { value: 'prefix' } });
  expect(yaml()).toContain('end-user: {prefix: anna}');
  const name = screen.getByLabelText('New name in headers');
  fireEvent.change(name, { target: { value: 'x-team' } });
  fireEvent.blur(name);
  type('headers x-team', 'shop');
  expect(yaml()).toContain("        x-team:\n          exact: shop\n");
});

it('knows which fields it does not show', () => {
  const fields = formOf('DestinationRule') ?? [];
  expect(unshown({ host: 'a', trafficPolicy: { tunnel: {}, proxyProtocol: { version: 'V1', x: 1 } }, subsets: [{ name: 'a', z: 1 }] }, fields)).toEqual(['trafficPolicy.tunnel', 'trafficPolicy.proxyProtocol.x', 'subsets[0].z']);
  expect(formOf('Gateway')).toBeUndefined();
});
