import type { Key } from '../i18n';

type Say = (key: Key, values?: Record<string, string | number>) => string;

const ACTIONS: Record<string, Key> = { created: 'action.created', configured: 'action.configured', deleted: 'action.deleted' };
const FILES = /^file of (.+)$/;

/** What somebody did, in the reader's language; a method and a path stay as they are. */
export function actionOf(t: Say, action: string): string {
  const key = ACTIONS[action];
  return key ? t(key) : action;
}

/** Who did it: an account, or whoever owns the files that changed. */
export function whoOf(t: Say, who: string): string {
  const user = FILES.exec(who)?.[1];
  return user === undefined ? who : t('action.file', { user });
}
