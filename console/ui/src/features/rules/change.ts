import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useEffect, useState } from 'react';
import { Failure, api, body, type Shape } from '../../api/client';

type Wish = Shape['TransactionWish'];

const change = (wish: Wish) => body(api.POST('/api/v1/transactions', { body: wish }));

/** What the control plane says of a text, a moment after the last letter: it changes nothing. */
export function useCheck(text: string, from: string) {
  const settled = useSettled(text, 350);
  return useQuery<Shape['Applied'], Failure>({
    queryKey: ['check', from, settled],
    queryFn: () => change({ apply: [{ from, text: settled }], dryRun: true }),
    enabled: settled.trim() !== '',
    staleTime: Infinity,
    gcTime: 0,
  });
}

/** Puts a change in force; all that is shown is asked for again. */
export const useChange = <W>(act: (wish: W) => Promise<Shape['Applied']>, done?: (applied: Shape['Applied']) => void) => useAct(act, done);

/** Does something that changes the mesh; all that is shown is asked for again. */
export function useAct<W, A>(act: (wish: W) => Promise<A>, done?: (answer: A) => void) {
  const client = useQueryClient();
  return useMutation<A, Failure, W>({
    mutationFn: act,
    onSuccess: async (answer) => {
      await client.invalidateQueries();
      done?.(answer);
    },
  });
}

export const applyAll = change;

function useSettled<T>(value: T, millis: number): T {
  const [settled, settle] = useState(value);
  useEffect(() => {
    const timer = setTimeout(() => settle(value), millis);
    return () => clearTimeout(timer);
  }, [value, millis]);
  return settled;
}
