// @vitest-environment jsdom
import { cleanup, configure, fireEvent, render, screen } from '@testing-library/react';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { App } from './App';

const MESH = { version: 7, since: '2026-01-31T12:00:00Z', proxies: 2, proxiesInSync: 2, proxiesOnVersion: 2, errors: 0, warnings: 0, bugs: 0 };
const WELL: Record<string, unknown> = {
  version: MESH,
  overview: { mesh: MESH, services: [], proxies: [], resources: [], findings: [] },
  signals: { from: '', to: '', by: 'service', signals: [] },
  series: { by: 'service', points: [] },
  certificates: { at: '', certificates: [], workloads: [] },
  versions: { versions: [] },
};

configure({ asyncUtilTimeout: 20_000 });
let answers: Record<string, unknown>;

beforeEach(() => {
  sessionStorage.setItem('heddle.token', 'secret');
  localStorage.clear();
  history.replaceState(null, '', '/');
  window.matchMedia = ((query: string) => ({ matches: false, media: query, addEventListener: () => undefined, removeEventListener: () => undefined, addListener: () => undefined, removeListener: () => undefined })) as unknown as typeof window.matchMedia;
  vi.stubGlobal('fetch', (request: Request) => {
    const name = new URL(request.url).pathname.replace('/api/v1/', '');
    expect(request.headers.get('Authorization')).toBe(sessionStorage.getItem('heddle.token') ? 'Bearer secret' : null);
    if (!(name in answers)) return Promise.resolve(Response.json({ error: { what: `no ${name}`, where: '', next: 'look elsewhere' } }, { status: 404 }));
    const answer = answers[name];
    return answer instanceof Response || answer instanceof Promise ? Promise.resolve(answer as Response) : Promise.resolve(Response.json(answer));
  });
});

afterEach(() => {
  cleanup();
  vi.unstubAllGlobals();
});

it('says so when all is well, in the language that is chosen', async () => {
  answers = { ...WELL, whoami: { name: 'anna', roles: ['viewer:*'], password: true } };
  render(<App />);
  await screen.findByText('All is well');
  expect(screen.queryByText('Accounts')).toBeNull();
  fireEvent.click(screen.getByRole('button', { name: '切换到中文' }));
  await screen.findByText('一切正常');
  expect(document.documentElement.lang).toBe('zh-CN');
});

it('offers to an admin what is his', async () => {
  answers = { ...WELL, whoami: { name: 'root', roles: ['admin:*'], password: true } };
  render(<App />);
  await screen.findByText('Accounts');
});

it('asks who has no token to sign in, and forgets a token that is not good', async () => {
  answers = { ...WELL, whoami: Response.json({ error: { what: 'out of date', where: '', next: '' } }, { status: 401 }) };
  render(<App />);
  await screen.findByText('Sign in to Heddle');
  expect(sessionStorage.getItem('heddle.token')).toBeNull();
  answers = { login: Response.json({ error: { what: 'name or password is wrong', where: 'body', next: 'Try another one' } }, { status: 401 }) };
  fireEvent.change(screen.getByLabelText('User'), { target: { value: 'anna' } });
  fireEvent.change(screen.getByLabelText('Password'), { target: { value: 'wrong' } });
  fireEvent.click(screen.getByRole('button', { name: 'Sign in' }));
  await screen.findByText('name or password is wrong');
  expect((screen.getByLabelText('Password') as HTMLInputElement).value).toBe('');
});

it('says when nobody answers, and what a refusal says', async () => {
  answers = { ...WELL, whoami: { name: 'anna', roles: ['viewer:*'], password: true }, overview: Response.json({ error: { what: 'it needs the role viewer', where: 'header', next: 'Ask an admin' } }, { status: 403 }) };
  render(<App />);
  await screen.findByText('it needs the role viewer');
  await screen.findByText('Ask an admin');
});
