import { api, useRead } from './client';

export type Role = 'viewer' | 'operator' | 'admin';
const ORDER: Role[] = ['viewer', 'operator', 'admin'];

/** Whether roles as the API says them, as in `operator:shop`, are enough. */
export function may(roles: readonly string[], wanted: Role, namespace: string): boolean {
  return roles.some((said) => {
    const [role, where = '*'] = said.split(':');
    return ORDER.indexOf(role as Role) >= ORDER.indexOf(wanted) && (where === '*' || where === namespace);
  });
}

export function maySomewhere(roles: readonly string[], wanted: Role): boolean {
  return roles.some((said) => ORDER.indexOf(said.split(':')[0] as Role) >= ORDER.indexOf(wanted));
}

export function useAccount() {
  return useRead(['whoami'], (signal) => api.GET('/api/v1/whoami', { signal }), { still: true });
}

/** Asks for the caller's own roles. While they are not known, nothing is allowed. */
export function useMay() {
  const roles = useAccount().data?.roles ?? [];
  return {
    may: (wanted: Role, namespace: string) => may(roles, wanted, namespace),
    somewhere: (wanted: Role) => maySomewhere(roles, wanted),
  };
}
