import type { Key } from '../i18n';

type Say = (key: Key, values?: Record<string, string | number>) => string;

const ACTIONS: Record<string, Key> = { created: 'action.created', configured: 'action.configured', deleted: 'action.deleted' };
const FILES = /^file of (.+)$/;

/** What somebody did, in the reader's language; a method and a path stay as they are. */
export function actionOf(t: Say, action: string): string {
  return said(t, ACTIONS, action);
}

const STATES: Record<string, Key> = { 'in use': 'certificates.inUse', revoked: 'certificates.revoked' };

/** What becomes of a certificate, in the reader's language. */
export const stateOf = (t: Say, state: string) => said(t, STATES, state);

const REPORTERS: Record<string, Key> = { source: 'logs.by.source', destination: 'logs.by.destination' };

/** Which end told of a call, in the reader's language. */
export const reporterOf = (t: Say, reporter: string) => said(t, REPORTERS, reporter);

function said(t: Say, keys: Record<string, Key>, word: string): string {
  const key = keys[word];
  return key ? t(key) : word;
}

/** Who did it: an account, or whoever owns the files that changed. */
export function whoOf(t: Say, who: string): string {
  const user = FILES.exec(who)?.[1];
  return user === undefined ? who : t('action.file', { user });
}
