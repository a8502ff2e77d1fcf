import { useSyncExternalStore } from 'react';

// The token is this tab's alone: no cookie carries it, so no page of another site can make use of it.
const KEPT = 'heddle.token';
/** Whether the page itself got the token, so that signing out ends it; that of a link is somebody else's, too. */
const OWN = 'heddle.token.own';
const listeners = new Set<() => void>();

function tell() {
  listeners.forEach((listener) => listener());
}

export const session = {
  token: () => sessionStorage.getItem(KEPT) ?? '',
  begin(token: string) {
    sessionStorage.setItem(KEPT, token);
    sessionStorage.setItem(OWN, 'yes');
    tell();
  },
  isOwn: () => sessionStorage.getItem(OWN) !== null,
  end() {
    sessionStorage.removeItem(KEPT);
    sessionStorage.removeItem(OWN);
    tell();
  },
};

/** Takes the token of a link by `heddle dashboard`: it stands behind the #, which browsers send to nobody. */
export function takeTokenFromLink() {
  if (location.hash.startsWith('#token=')) {
    sessionStorage.removeItem(OWN);
    sessionStorage.setItem(KEPT, decodeURIComponent(location.hash.slice('#token='.length)));
    history.replaceState(null, '', location.pathname + location.search);
  }
}

function subscribe(listener: () => void) {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

export function useToken() {
  return useSyncExternalStore(subscribe, session.token);
}
