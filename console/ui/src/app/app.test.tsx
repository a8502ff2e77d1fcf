// @vitest-environment jsdom
import { cleanup, configure, fireEvent, render, screen } from '@testing-library/react';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { takeReturn } from '../features/login/provider';
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
let sent: Record<string, unknown>;

beforeEach(() => {
  sent = {};
  sessionStorage.clear();
  sessionStorage.setItem('heddle.token', 'secret');
  localStorage.clear();
  history.replaceState(null, '', '/');
  window.matchMedia = ((query: string) => ({ matches: false, media: query, addEventListener: () => undefined, removeEventListener: () => undefined, addListener: () => undefined, removeListener: () => undefined })) as unknown as typeof window.matchMedia;
  vi.stubGlobal('fetch', (request: Request) => {
    const name = new URL(request.url).pathname.replace('/api/v1/', '');
    if (request.method === 'POST') void request.clone().json().then((it) => (sent[name] = it));
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
  await screen.findByText('The name or the password is wrong.');
  expect((screen.getByLabelText('Password') as HTMLInputElement).value).toBe('');
});

it('says when nobody answers, and what a refusal says', async () => {
  answers = { ...WELL, whoami: { name: 'anna', roles: ['viewer:*'], password: true }, overview: Response.json({ error: { what: 'it needs the role viewer', where: 'header', next: 'Ask an admin' } }, { status: 403 }) };
  render(<App />);
  await screen.findByText('it needs the role viewer');
  await screen.findByText('Ask an admin');
});

it('offers the provider, and ends in this tab what it sends back, once and without a trace', async () => {
  sessionStorage.clear();
  answers = { login: { provider: 'idp.example.net' } };
  render(<App />);
  await screen.findByRole('button', { name: 'Sign in with idp.example.net' });
  cleanup();
  sessionStorage.setItem('heddle.login', 'of this tab');
  history.replaceState(null, '', '/signed-in?code=c&state=s');
  takeReturn();
  expect(location.pathname + location.search).toBe('/');
  expect(sessionStorage.getItem('heddle.login')).toBeNull();
  answers = { ...WELL, whoami: { name: 'anna', roles: ['viewer:*'], password: false, provider: true }, 'login/end': { token: 'secret', user: 'anna', seconds: 1, to: '/?ns=shop' } };
  render(<App />);
  await screen.findByText('All is well');
  expect(location.search).toBe('?ns=shop');
  expect(sent['login/end']).toEqual({ state: 's', secret: 'of this tab', code: 'c', error: '', description: '' });
});

it('says in words why the provider lets nobody in', async () => {
  sessionStorage.clear();
  history.replaceState(null, '', '/signed-in?error=access_denied&state=s');
  takeReturn();
  answers = { login: { provider: 'idp.example.net' }, 'login/end': Response.json({ error: { what: 'nobody here began that login', where: 'body', next: 'Begin again' }, reason: 'stale' }, { status: 401 }) };
  render(<App />);
  await screen.findByText(/This login is over/);
  fireEvent.click(await screen.findByRole('button', { name: 'Sign in with idp.example.net' }));
  await screen.findByText('There is no such thing, or not any more.');
});
