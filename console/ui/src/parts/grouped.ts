/** Things by a key, in the order in which they come. */
export function grouped<T, K>(all: readonly T[], key: (it: T) => K): Map<K, T[]> {
  const groups = new Map<K, T[]>();
  for (const it of all) {
    const group = groups.get(key(it));
    if (group) group.push(it);
    else groups.set(key(it), [it]);
  }
  return groups;
}
