package dev.heddle.proxy.filter.localratelimit;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// A bucket for each value that is seen. Beyond so many values the one is forgotten that was not
/// seen for longest.
final class ValueBuckets {
    private final String name;
    private final Limit limit;
    private final Map<List<String>, TokenBucket> buckets;

    ValueBuckets(String name, Limit limit, int most) {
        this.name = name;
        this.limit = limit;
        this.buckets =
                new LinkedHashMap<>(16, 0.75f, true) {
                    @Override
                    protected boolean removeEldestEntry(
                            Map.Entry<List<String>, TokenBucket> eldest) {
                        return size() > most;
                    }
                };
    }

    TokenBucket of(List<String> values) {
        synchronized (buckets) {
            return buckets.computeIfAbsent(values, _ -> limit.bucket(name));
        }
    }
}
