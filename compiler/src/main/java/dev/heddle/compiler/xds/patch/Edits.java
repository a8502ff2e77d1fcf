package dev.heddle.compiler.xds.patch;

import dev.heddle.model.istio.EnvoyFilter.FilterClass;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Predicate;

/// Adds, inserts, replaces and removes in a list of filters: the first that is meant counts, and
/// every one of them for a removal.
///
/// @param <F> message of a filter
/// @param type name of the message that configures it, which says what it is for
record Edits<F>(Function<F, String> type) {

    /// The changed list; empty when the patch changes nothing.
    ///
    /// @param meant which filters the patch is about, if it names one
    /// @param value what is added; null for a removal
    Optional<List<F>> made(List<F> filters, Patch patch, Optional<Predicate<F>> meant, F value) {
        Predicate<F> isMeant = meant.orElse(_ -> false);
        var changed = new ArrayList<>(filters);
        int at = first(filters, isMeant);
        boolean isMissing = at < 0;
        switch (patch.operation()) {
            case ADD -> changed.add(place(patch.filterClass(), filters), value);
            case INSERT_FIRST -> changed.addFirst(value);
            case INSERT_AFTER -> {
                if (meant.isEmpty()) {
                    changed.addLast(value);
                } else if (isMissing) {
                    return Optional.empty();
                } else {
                    changed.add(at + 1, value);
                }
            }
            case INSERT_BEFORE -> {
                if (meant.isEmpty()) {
                    changed.addFirst(value);
                } else if (isMissing) {
                    return Optional.empty();
                } else {
                    changed.add(at, value);
                }
            }
            case REPLACE -> {
                if (isMissing) {
                    return Optional.empty();
                }
                changed.set(at, value);
            }
            case REMOVE -> {
                if (!changed.removeIf(isMeant)) {
                    return Optional.empty();
                }
            }
            case INVALID, MERGE, MERGE_AND_REPLACE_LIST -> {
                return Optional.empty();
            }
        }
        return Optional.of(changed);
    }

    private static <F> int first(List<F> filters, Predicate<F> isMeant) {
        for (int i = 0; i < filters.size(); i++) {
            if (isMeant.test(filters.get(i))) {
                return i;
            }
        }
        return -1;
    }

    /// Where a filter is added: at the end, or behind those of its class and all before it.
    private int place(FilterClass filterClass, List<F> filters) {
        return switch (filterClass) {
            case UNSPECIFIED -> filters.size();
            case AUTHN -> behindLast(filters, Edits::authenticates);
            case AUTHZ -> behindLast(filters, of -> authenticates(of) || authorizes(of));
            case STATS -> {
                int at = first(filters, of -> endsChain(type.apply(of)));
                yield at < 0 ? filters.size() : at;
            }
        };
    }

    private int behindLast(List<F> filters, Predicate<String> isOfClass) {
        for (int i = filters.size() - 1; i >= 0; i--) {
            if (isOfClass.test(type.apply(filters.get(i)))) {
                return i + 1;
            }
        }
        return 0;
    }

    private static boolean authenticates(String type) {
        return type.startsWith("envoy.extensions.filters.http.jwt_authn.")
                || type.startsWith("istio.envoy.config.filter.http.authn.");
    }

    private static boolean authorizes(String type) {
        return type.startsWith("envoy.extensions.filters.http.rbac.")
                || type.startsWith("envoy.extensions.filters.http.ext_authz.");
    }

    private static boolean endsChain(String type) {
        return type.startsWith("stats.")
                || type.startsWith("envoy.extensions.filters.http.router.")
                || type.startsWith("envoy.extensions.filters.network.tcp_proxy.")
                || type.startsWith("envoy.extensions.filters.network.http_connection_manager.");
    }
}
