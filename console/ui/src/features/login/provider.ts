import { api, body, type Shape } from '../../api/client';
import { session } from '../../api/session';

/** What only the tab that began a login at the provider knows. */
const SECRET = 'heddle.login';
/** Where the provider sends the browser back to. */
const RETURN = '/signed-in';

let said: Shape['LoginReturn'] | null = null;

/** Goes to the provider, which leads back here. */
export async function beginLogin() {
  const to = location.pathname + location.search;
  const start = await body(api.POST('/api/v1/login/begin', { body: { to } }));
  sessionStorage.setItem(SECRET, start.secret);
  location.assign(start.url);
}

/** Takes what the provider said out of the address, before anybody copies it. */
export function takeReturn() {
  if (location.pathname !== RETURN) return;
  const params = new URLSearchParams(location.search);
  const of = (name: string) => params.get(name) ?? '';
  said = { state: of('state'), secret: sessionStorage.getItem(SECRET) ?? '', code: of('code'), error: of('error'), description: of('error_description') };
  if (said.secret) session.end();
  sessionStorage.removeItem(SECRET);
  history.replaceState(null, '', '/');
}

export const isReturning = () => said !== null;

/** Ends the login that the provider sent back: once. The place of the page to go to, or null where there is none. */
export async function endLogin(): Promise<string | null> {
  if (!said) return null;
  const once = said;
  said = null;
  const done = await body(api.POST('/api/v1/login/end', { body: once }));
  session.begin(done.token);
  return done.to;
}

/** Signs out: here, and at the provider where it has a place for that. */
export async function leave() {
  const left = session.isOwn() ? await body(api.POST('/api/v1/logout')).catch(() => null) : null;
  session.end();
  if (left?.url) location.assign(left.url);
}
