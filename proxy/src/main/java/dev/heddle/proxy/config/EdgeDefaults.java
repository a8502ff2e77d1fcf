package dev.heddle.proxy.config;

import dev.heddle.xds.XdsResource;
import dev.heddle.xds.XdsType;
import dev.heddle.xds.client.XdsSubscriber;
import dev.heddle.xds.wire.Any;
import dev.heddle.xds.wire.Bytes;
import dev.heddle.xds.wire.JsonException;
import dev.heddle.xds.wire.Message;
import dev.heddle.xds.wire.WireException;
import dev.heddle.xds.wire.WireWriter;
import envoy.config.bootstrap.v3.Bootstrap;
import envoy.config.cluster.v3.Cluster;
import envoy.config.listener.v3.Filter;
import envoy.config.listener.v3.FilterChain;
import envoy.config.listener.v3.Listener;
import envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// Fills what a configuration leaves open with what Envoy recommends at the edge of a network
/// ("Configuring Envoy as an edge proxy"), where clients are strangers.
///
/// Resources are completed before they are read, so that they are judged, run and shown in dumps
/// with what was filled in. A field that is set stays as it is, also inside of a message that is
/// set in part. Of a field whose default nobody can tell from its absence (`merge_slashes`, the
/// actions on underscores and on escaped slashes) the default counts as open.
public final class EdgeDefaults {

    /// How many client connections a process has at most (`global_downstream_max_connections`).
    public static final int MOST_CONNECTIONS = 50_000;

    private static final Map<String, Object> BUFFERS =
            Map.of("per_connection_buffer_limit_bytes", 32_768);

    private static final Map<String, Object> HTTP =
            Map.of(
                    "use_remote_address",
                    true,
                    "normalize_path",
                    true,
                    "merge_slashes",
                    true,
                    "path_with_escaped_slashes_action",
                    "UNESCAPE_AND_REDIRECT",
                    "common_http_protocol_options",
                    Map.of(
                            "idle_timeout", "3600s",
                            "headers_with_underscores_action", "REJECT_REQUEST"),
                    "http2_protocol_options",
                    Map.of(
                            "max_concurrent_streams", 100,
                            "initial_stream_window_size", 65_536,
                            "initial_connection_window_size", 1_048_576),
                    "stream_idle_timeout",
                    "300s",
                    "request_timeout",
                    "300s",
                    "request_headers_timeout",
                    "60s");

    private EdgeDefaults() {}

    /// Passes resources of a control plane on, completed.
    public static XdsSubscriber before(XdsSubscriber subscriber) {
        return (type, changed, removed) ->
                subscriber.onUpdate(
                        type, changed.stream().map(it -> complete(type, it)).toList(), removed);
    }

    /// A resource, completed. One that cannot be read stays as it is: whoever reads it will say
    /// what is wrong.
    static XdsResource complete(XdsType type, XdsResource resource) {
        try {
            Optional<Message> completed =
                    switch (type) {
                        case CLUSTER ->
                                Optional.of(
                                        filled(
                                                resource.body()
                                                        .unpack(Cluster.getDefaultInstance()),
                                                BUFFERS));
                        case LISTENER ->
                                Optional.of(
                                        listener(
                                                resource.body()
                                                        .unpack(Listener.getDefaultInstance())));
                        case ENDPOINT, ROUTE, SECRET, RUNTIME -> Optional.empty();
                    };
            return completed
                    .map(it -> new XdsResource(resource.name(), resource.version(), it.packed()))
                    .orElse(resource);
        } catch (WireException _) {
            return resource;
        }
    }

    /// A bootstrap with an overload manager: it gives memory back at 95 % of the heap and takes no
    /// requests at 98 %.
    ///
    /// @param heapBytes how large the heap may become
    static Bootstrap complete(Bootstrap bootstrap, long heapBytes) {
        String heap = "envoy.resource_monitors.fixed_heap";
        return filled(
                bootstrap,
                Map.of(
                        "overload_manager",
                        Map.of(
                                "refresh_interval",
                                "0.25s",
                                "resource_monitors",
                                List.of(
                                        Map.of(
                                                "name",
                                                heap,
                                                "typed_config",
                                                Map.of(
                                                        "@type",
                                                        "type.googleapis.com/envoy.extensions"
                                                                + ".resource_monitors.fixed_heap.v3"
                                                                + ".FixedHeapConfig",
                                                        "max_heap_size_bytes",
                                                        heapBytes))),
                                "actions",
                                List.of(
                                        action("shrink_heap", heap, 0.95),
                                        action("stop_accepting_requests", heap, 0.98)))));
    }

    private static Map<String, Object> action(String name, String heap, double threshold) {
        return Map.of(
                "name",
                "envoy.overload_actions." + name,
                "triggers",
                List.of(Map.of("name", heap, "threshold", Map.of("value", threshold))));
    }

    private static Listener listener(Listener listener) {
        var chains = new ArrayList<Bytes>();
        listener.getFilterChainsList().forEach(it -> chains.add(chain(it).bytes()));
        Listener completed =
                listener.read(filled(listener, BUFFERS).replacing("filter_chains", chains));
        return listener.hasDefaultFilterChain()
                ? completed.read(
                        completed.replacing(
                                "default_filter_chain",
                                List.of(chain(listener.getDefaultFilterChain()).bytes())))
                : completed;
    }

    private static FilterChain chain(FilterChain chain) {
        var filters = new ArrayList<Bytes>();
        for (Filter filter : chain.getFiltersList()) {
            filters.add(filter(filter));
        }
        return chain.read(chain.replacing("filters", filters));
    }

    private static Bytes filter(Filter filter) {
        HttpConnectionManager type = HttpConnectionManager.getDefaultInstance();
        Any config = filter.getTypedConfig();
        return config.holds(type)
                ? filter.replacing(
                        "typed_config", List.of(filled(config.unpack(type), HTTP).packed().bytes()))
                : filter.bytes();
    }

    /// The message with those of the fields that it does not set.
    private static <M extends Message> M filled(M message, Map<String, Object> defaults) {
        Map<String, Object> open = open(message, defaults);
        if (open.isEmpty()) {
            return message;
        }
        try {
            // A message in two pieces is the sum of them.
            Message rest = BootstrapParser.MESSAGES.read(open, message);
            @SuppressWarnings("unchecked") // an M reads an M
            M sum =
                    (M)
                            message.read(
                                    new WireWriter()
                                            .raw(message.bytes())
                                            .raw(rest.bytes())
                                            .toBytes());
            return sum;
        } catch (JsonException e) {
            throw new IllegalStateException("defaults that are no " + message.typeName(), e);
        }
    }

    private static Map<String, Object> open(Message message, Map<String, Object> defaults) {
        var open = new LinkedHashMap<String, Object>();
        defaults.forEach((name, value) -> {
            if (!message.isSet(name)) {
                open.put(name, value);
            } else if (value instanceof Map<?, ?> part && isPart(name)) {
                Map<String, Object> rest = open(message.inside(name), members(part));
                if (!rest.isEmpty()) {
                    open.put(name, rest);
                }
            }
        });
        return open;
    }

    /// An overload manager that is there is the operator's whole word about overload.
    private static boolean isPart(String name) {
        return !name.equals("overload_manager");
    }

    private static Map<String, Object> members(Map<?, ?> part) {
        var members = new LinkedHashMap<String, Object>();
        part.forEach((name, value) -> members.put(String.valueOf(name), value));
        return members;
    }
}
