package dev.heddle.compiler.xds.patch;

import com.google.protobuf.InvalidProtocolBufferException;
import dev.heddle.model.istio.EnvoyFilter.ApplyTo;
import dev.heddle.model.istio.EnvoyFilter.FilterChainMatch;
import dev.heddle.model.istio.EnvoyFilter.ListenerMatch;
import dev.heddle.model.istio.EnvoyFilter.Operation;
import dev.heddle.model.istio.EnvoyFilter.PatchContext;
import dev.heddle.xds.TypedConfigs;
import dev.heddle.xds.XdsType;
import io.envoyproxy.envoy.config.listener.v3.Filter;
import io.envoyproxy.envoy.config.listener.v3.FilterChain;
import io.envoyproxy.envoy.config.listener.v3.Listener;
import io.envoyproxy.envoy.config.listener.v3.ListenerFilter;
import io.envoyproxy.envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;

/// Patches of one listener, its filter chains and its filters.
final class ListenerPatches {
    private static final Edits<ListenerFilter> LISTENER_FILTERS =
            new Edits<>(f -> Types.of(f.getTypedConfig()));
    private static final Edits<Filter> FILTERS = new Edits<>(f -> Types.of(f.getTypedConfig()));
    private static final String VIRTUAL_INBOUND = "virtualInbound";
    private static final String VIRTUAL_OUTBOUND = "virtualOutbound";

    private final PatchRun run;
    private final PatchContext context;
    private final String name;

    ListenerPatches(PatchRun run, PatchContext context, String name) {
        this.run = run;
        this.context = context;
        this.name = name;
    }

    static boolean any(PatchRun run) {
        return run.has(ApplyTo.LISTENER)
                || run.has(ApplyTo.LISTENER_FILTER)
                || run.has(ApplyTo.FILTER_CHAIN)
                || run.has(ApplyTo.NETWORK_FILTER)
                || run.has(ApplyTo.HTTP_FILTER)
                || RoutePatches.any(run);
    }

    private void touched(Patch patch) {
        run.touched(patch, XdsType.LISTENER, name);
    }

    /// The patched listener; empty when it is removed.
    Optional<Listener> of(Listener listener) {
        Listener patched = listener;
        for (Patch patch : run.of(ApplyTo.LISTENER)) {
            if (patch.operation() == Operation.ADD || !isFor(patch, patched)) {
                continue;
            }
            touched(patch);
            if (patch.operation() == Operation.REMOVE) {
                return Optional.empty();
            }
            patched = new Merge(patch.replacesLists()).of(patched, patch.value().orElseThrow());
        }
        return Optional.of(chains(listenerFilters(patched)));
    }

    private Listener listenerFilters(Listener listener) {
        List<ListenerFilter> filters = listener.getListenerFiltersList();
        for (Patch patch : run.of(ApplyTo.LISTENER_FILTER)) {
            if (!isFor(patch, listener)) {
                continue;
            }
            Optional<Predicate<ListenerFilter>> meant =
                    patch.listenerFilter().map(of -> filter -> filter.getName().equals(of));
            if (patch.merges()) {
                filters =
                        filters.stream()
                                .map(filter ->
                                        meant.map(it -> it.test(filter)).orElse(true)
                                                ? merged(filter, patch)
                                                : filter)
                                .toList();
                continue;
            }
            Optional<List<ListenerFilter>> changed =
                    LISTENER_FILTERS.made(
                            filters,
                            patch,
                            meant,
                            (ListenerFilter)
                                    patch.value().orElse(ListenerFilter.getDefaultInstance()));
            if (changed.isPresent()) {
                touched(patch);
                filters = changed.get();
            }
        }
        return filters.equals(listener.getListenerFiltersList())
                ? listener
                : listener.toBuilder()
                        .clearListenerFilters()
                        .addAllListenerFilters(filters)
                        .build();
    }

    private ListenerFilter merged(ListenerFilter filter, Patch patch) {
        touched(patch);
        var over = (ListenerFilter) patch.value().orElseThrow();
        var merge = new Merge(patch.replacesLists());
        ListenerFilter.Builder merged =
                merge.of(filter, over.toBuilder().clearConfigType().build()).toBuilder();
        return over.hasTypedConfig()
                ? merged.setTypedConfig(
                                filter.hasTypedConfig()
                                        ? merge.of(filter.getTypedConfig(), over.getTypedConfig())
                                        : over.getTypedConfig())
                        .build()
                : merged.build();
    }

    private Listener chains(Listener listener) {
        if (!run.has(ApplyTo.FILTER_CHAIN)
                && !run.has(ApplyTo.NETWORK_FILTER)
                && !run.has(ApplyTo.HTTP_FILTER)
                && !RoutePatches.any(run)) {
            return listener;
        }
        Listener.Builder out = listener.toBuilder().clearFilterChains().clearDefaultFilterChain();
        for (FilterChain chain : listener.getFilterChainsList()) {
            chain(listener, chain).ifPresent(out::addFilterChains);
        }
        if (listener.hasDefaultFilterChain()) {
            chain(listener, listener.getDefaultFilterChain()).ifPresent(out::setDefaultFilterChain);
        }
        for (Patch patch : run.of(ApplyTo.FILTER_CHAIN)) {
            if (patch.operation() == Operation.ADD && isFor(patch, listener)) {
                touched(patch);
                out.addFilterChains((FilterChain) patch.value().orElseThrow());
            }
        }
        return out.build();
    }

    private Optional<FilterChain> chain(Listener listener, FilterChain chain) {
        FilterChain patched = chain;
        for (Patch patch : run.of(ApplyTo.FILTER_CHAIN)) {
            if (patch.operation() == Operation.ADD || !isFor(patch, listener, patched)) {
                continue;
            }
            touched(patch);
            if (patch.operation() == Operation.REMOVE) {
                return Optional.empty();
            }
            patched = merged(patched, (FilterChain) patch.value().orElseThrow(), patch);
        }
        return Optional.of(filters(listener, patched));
    }

    private static FilterChain merged(FilterChain chain, FilterChain over, Patch patch) {
        var merge = new Merge(patch.replacesLists());
        boolean isSameSocket =
                chain.hasTransportSocket()
                        && over.hasTransportSocket()
                        && chain.getTransportSocket()
                                .getName()
                                .equals(over.getTransportSocket().getName());
        if (!isSameSocket) {
            return merge.of(chain, over);
        }
        return merge.of(chain, over.toBuilder().clearTransportSocket().build()).toBuilder()
                .setTransportSocket(
                        ClusterPatches.merged(
                                chain.getTransportSocket(), over.getTransportSocket(), merge))
                .build();
    }

    private FilterChain filters(Listener listener, FilterChain chain) {
        List<Filter> filters = chain.getFiltersList();
        for (Patch patch : run.of(ApplyTo.NETWORK_FILTER)) {
            if (patch.merges() || !isFor(patch, listener, chain)) {
                continue;
            }
            Optional<Predicate<Filter>> meant =
                    patch.networkFilter().map(of -> filter -> filter.getName().equals(of));
            Optional<List<Filter>> changed =
                    FILTERS.made(
                            filters,
                            patch,
                            meant,
                            (Filter) patch.value().orElse(Filter.getDefaultInstance()));
            if (changed.isPresent()) {
                touched(patch);
                filters = changed.get();
            }
        }
        var patched = new ArrayList<Filter>();
        for (Filter filter : filters) {
            patched.add(filter(listener, chain, filter));
        }
        return chain.toBuilder().clearFilters().addAllFilters(patched).build();
    }

    private Filter filter(Listener listener, FilterChain chain, Filter filter) {
        Filter patched = filter;
        for (Patch patch : run.of(ApplyTo.NETWORK_FILTER)) {
            if (!patch.merges()
                    || !isFor(patch, listener, chain)
                    || !isFor(patch, patched)
                    || !patched.hasTypedConfig()) {
                continue;
            }
            touched(patch);
            var over = (Filter) patch.value().orElseThrow();
            Filter.Builder merged = patched.toBuilder();
            if (!over.getName().isEmpty()) {
                merged.setName(over.getName());
            }
            if (over.hasTypedConfig()) {
                merged.setTypedConfig(
                        new Merge(patch.replacesLists())
                                .of(patched.getTypedConfig(), over.getTypedConfig()));
            }
            patched = merged.build();
        }
        return manager(listener, chain, patched);
    }

    /// The routes and HTTP filters of a filter that looks at requests.
    private Filter manager(Listener listener, FilterChain chain, Filter filter) {
        boolean isAsked = RoutePatches.any(run) || run.has(ApplyTo.HTTP_FILTER);
        if (!isAsked
                || !TypedConfigs.holds(
                        filter.getTypedConfig(), HttpConnectionManager.getDefaultInstance())) {
            return filter;
        }
        try {
            var manager = HttpConnectionManager.parseFrom(filter.getTypedConfig().getValue());
            HttpConnectionManager patched = manager;
            if (manager.hasRouteConfig()) {
                patched =
                        manager.toBuilder()
                                .setRouteConfig(
                                        new RoutePatches(run, context, XdsType.LISTENER, name)
                                                .of(manager.getRouteConfig()))
                                .build();
            }
            var http = new HttpFilterPatches(run, name);
            patched =
                    http.of(
                            patched,
                            run.of(ApplyTo.HTTP_FILTER).stream()
                                    .filter(patch -> isFor(patch, listener, chain))
                                    .filter(patch -> isFor(patch, filter))
                                    .toList());
            return patched.equals(manager)
                    ? filter
                    : filter.toBuilder().setTypedConfig(TypedConfigs.pack(patched)).build();
        } catch (InvalidProtocolBufferException e) {
            throw new IllegalStateException(
                    filter.getTypedConfig().getTypeUrl() + " does not hold what it says", e);
        }
    }

    private boolean isFor(Patch patch, Listener listener) {
        if (!patch.isIn(context)) {
            return false;
        }
        ListenerMatch match = patch.listener().orElse(null);
        if (match == null) {
            return true;
        }
        if (!match.name().isEmpty() && !match.name().equals(listener.getName())) {
            return false;
        }
        // The ports of redirected connections are conditions of the chains.
        return (patch.applyTo() != ApplyTo.LISTENER && isVirtual(listener))
                || match.portNumber() == 0
                || match.portNumber() == listener.getAddress().getSocketAddress().getPortValue();
    }

    private static boolean isVirtual(Listener listener) {
        return listener.getName().equals(VIRTUAL_INBOUND)
                || listener.getName().equals(VIRTUAL_OUTBOUND);
    }

    private boolean isFor(Patch patch, Listener listener, FilterChain chain) {
        if (!isFor(patch, listener)) {
            return false;
        }
        ListenerMatch match = patch.listener().orElse(null);
        if (match == null) {
            return true;
        }
        int port = chain.getFilterChainMatch().getDestinationPort().getValue();
        if (isVirtual(listener) && match.portNumber() > 0 && match.portNumber() != port) {
            return false;
        }
        FilterChainMatch of = match.filterChain();
        var conditions = chain.getFilterChainMatch();
        return (of.name().isEmpty() || of.name().equals(chain.getName()))
                && (of.sni().isEmpty() || conditions.getServerNamesList().contains(of.sni()))
                && (of.transportProtocol().isEmpty()
                        || of.transportProtocol().equals(conditions.getTransportProtocol()))
                && (of.applicationProtocols().isEmpty()
                        || conditions
                                .getApplicationProtocolsList()
                                .containsAll(List.of(of.applicationProtocols().split(",", -1))))
                && (of.destinationPort() == 0 || of.destinationPort() == port);
    }

    private static boolean isFor(Patch patch, Filter filter) {
        return patch.networkFilter().map(filter.getName()::equals).orElse(true);
    }
}
