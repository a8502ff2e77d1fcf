package dev.heddle.proxy.filter.localratelimit;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// A list of actions (`envoy.config.route.v3.RateLimit`) with the descriptors that have its keys.
/// All workers share it.
public final class Asked {
    private final Action[] actions;
    private final List<Exact> exact = new ArrayList<>();
    private final List<Wild> wild = new ArrayList<>();

    /// A descriptor all of whose values are said.
    private record Exact(List<String> values, TokenBucket bucket) {}

    /// A descriptor some of whose values may be any, with a bucket for each.
    private record Wild(List<String> values, ValueBuckets buckets) {}

    /// A descriptor and its limit.
    ///
    /// @param entries in order; an empty value is any, each with a bucket of its own
    /// @param mostValues how many of these are remembered; at least 1
    public record Descriptor(List<Entry> entries, Limit limit, int mostValues) {
        public Descriptor {
            entries = List.copyOf(entries);
        }

        /// As a RateLimitPolicy names its rule, else what is counted.
        String name() {
            return entries.stream()
                    .filter(it -> it.key().equals("rule"))
                    .map(Entry::value)
                    .findFirst()
                    .orElseGet(() ->
                            entries.stream()
                                    .map(it -> (it.key() + " " + it.value()).strip())
                                    .collect(Collectors.joining(", ")));
        }
    }

    /// A part of a descriptor.
    public record Entry(String key, String value) {}

    /// A bucket is the descriptor's: lists of actions that find the same descriptor share it.
    ///
    /// @param descriptors of which those count that have the actions' keys
    /// @return nothing where none has
    public static Optional<Asked> of(List<Action> actions, List<Counted> descriptors) {
        var asked = new Asked(actions);
        for (Counted counted : descriptors) {
            List<Entry> entries = counted.descriptor().entries();
            if (entries.stream()
                    .map(Entry::key)
                    .toList()
                    .equals(actions.stream().map(Action::key).toList())) {
                List<String> values = entries.stream().map(Entry::value).toList();
                if (counted.each() == null) {
                    asked.exact.add(new Exact(values, counted.all()));
                } else {
                    asked.wild.add(new Wild(values, counted.each()));
                }
            }
        }
        return asked.exact.isEmpty() && asked.wild.isEmpty()
                ? Optional.empty()
                : Optional.of(asked);
    }

    private Asked(List<Action> actions) {
        this.actions = actions.toArray(Action[]::new);
    }

    /// A descriptor with what it counts in.
    public static final class Counted {
        private final Descriptor descriptor;
        private final @Nullable ValueBuckets each;
        private final TokenBucket all;

        public Counted(Descriptor descriptor) {
            this.descriptor = descriptor;
            this.all = descriptor.limit().bucket(descriptor.name());
            this.each =
                    descriptor.entries().stream().anyMatch(it -> it.value().isEmpty())
                            ? new ValueBuckets(
                                    descriptor.name(), descriptor.limit(), descriptor.mostValues())
                            : null;
        }

        Descriptor descriptor() {
            return descriptor;
        }

        TokenBucket all() {
            return all;
        }

        @Nullable ValueBuckets each() {
            return each;
        }
    }

    /// The bucket that is for a request; null for none.
    @Nullable TokenBucket bucket(Asking request) {
        for (Exact each : exact) {
            if (fits(each.values(), request)) {
                return each.bucket();
            }
        }
        for (Wild each : wild) {
            if (fits(each.values(), request)) {
                return each.buckets().of(values(request));
            }
        }
        return null;
    }

    private boolean fits(List<String> expected, Asking request) {
        for (int i = 0; i < actions.length; i++) {
            String value = actions[i].value(request);
            String one = expected.get(i);
            if (value == null || (!one.isEmpty() && !one.equals(value))) {
                return false;
            }
        }
        return true;
    }

    private List<String> values(Asking request) {
        var values = new ArrayList<String>(actions.length);
        for (Action action : actions) {
            values.add(Objects.requireNonNull(action.value(request)));
        }
        return values;
    }
}
