package dev.heddle.compiler.xds.patch;

import com.google.protobuf.Message;
import dev.heddle.model.DiagnosticCode;
import dev.heddle.model.Diagnostics;
import dev.heddle.model.FieldPath;
import dev.heddle.model.Resource;
import dev.heddle.model.codec.Json;
import dev.heddle.model.istio.EnvoyFilter;
import dev.heddle.model.istio.EnvoyFilter.ApplyTo;
import dev.heddle.model.istio.EnvoyFilter.ConfigPatch;
import dev.heddle.model.istio.EnvoyFilter.Operation;
import dev.heddle.model.tree.Node;
import dev.heddle.xds.EnvoyJson;
import dev.heddle.xds.EnvoyJsonException;
import io.envoyproxy.envoy.config.bootstrap.v3.Bootstrap;
import io.envoyproxy.envoy.config.cluster.v3.Cluster;
import io.envoyproxy.envoy.config.core.v3.TypedExtensionConfig;
import io.envoyproxy.envoy.config.listener.v3.Filter;
import io.envoyproxy.envoy.config.listener.v3.FilterChain;
import io.envoyproxy.envoy.config.listener.v3.Listener;
import io.envoyproxy.envoy.config.listener.v3.ListenerFilter;
import io.envoyproxy.envoy.config.route.v3.Route;
import io.envoyproxy.envoy.config.route.v3.RouteConfiguration;
import io.envoyproxy.envoy.config.route.v3.VirtualHost;
import io.envoyproxy.envoy.extensions.filters.network.http_connection_manager.v3.HttpFilter;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// Reads the patches of an EnvoyFilter into Envoy's messages. What cannot be read, and what does
/// nothing where it is applied, is a finding and left out.
final class PatchReader {
    private static final FieldPath PATCHES = FieldPath.of("spec", "configPatches");

    private final Resource<EnvoyFilter> filter;
    private final Diagnostics findings;

    private PatchReader(Resource<EnvoyFilter> filter, Diagnostics findings) {
        this.filter = filter;
        this.findings = findings;
    }

    static List<Patch> read(Resource<EnvoyFilter> filter, Diagnostics findings) {
        var reader = new PatchReader(filter, findings);
        var patches = new ArrayList<Patch>();
        for (int i = 0; i < filter.spec().configPatches().size(); i++) {
            reader.read(filter.spec().configPatches().get(i), PATCHES.index(i))
                    .ifPresent(patches::add);
        }
        return patches;
    }

    private Optional<Patch> read(ConfigPatch said, FieldPath path) {
        Optional<Message> type = type(said.applyTo());
        if (type.isEmpty()) {
            return Optional.empty();
        }
        Operation operation = operation(said);
        if (!isPossible(said.applyTo(), operation)) {
            findings.add(
                    switch (operation) {
                        case REPLACE -> DiagnosticCode.ENVOY_FILTER_REPLACE;
                        case ADD -> DiagnosticCode.ENVOY_FILTER_ADD;
                        case REMOVE -> DiagnosticCode.ENVOY_FILTER_REMOVE;
                        case INVALID,
                                MERGE,
                                INSERT_BEFORE,
                                INSERT_AFTER,
                                INSERT_FIRST,
                                MERGE_AND_REPLACE_LIST ->
                                DiagnosticCode.LEFT_OUT;
                    },
                    filter.origin(path.field("patch").field("operation")),
                    operation + " does nothing to a " + said.applyTo(),
                    "Expected: " + possible(said.applyTo()));
            return Optional.empty();
        }
        Optional<Message> value = Optional.empty();
        if (operation != Operation.REMOVE) {
            FieldPath at = path.field("patch").field("value");
            value = said.patch().value().flatMap(node -> message(node, type.get(), at));
            if (value.isEmpty()) {
                return Optional.empty();
            }
        }
        return Optional.of(
                new Patch(
                        said.applyTo(),
                        operation,
                        said.match(),
                        said.patch().filterClass(),
                        value,
                        filter.spec().workloadSelector().isPresent()
                                || !filter.spec().targetRefs().isEmpty(),
                        NodeMatch.of(said.match().proxy()),
                        filter.origin(path)));
    }

    /// Where things have no order, inserting is adding.
    private static Operation operation(ConfigPatch said) {
        boolean isOrdered =
                switch (said.applyTo()) {
                    case NETWORK_FILTER, HTTP_FILTER, LISTENER_FILTER, HTTP_ROUTE -> true;
                    case INVALID,
                            LISTENER,
                            FILTER_CHAIN,
                            ROUTE_CONFIGURATION,
                            VIRTUAL_HOST,
                            CLUSTER,
                            EXTENSION_CONFIG,
                            BOOTSTRAP ->
                            false;
                };
        return switch (said.patch().operation()) {
            case INSERT_BEFORE, INSERT_AFTER, INSERT_FIRST ->
                    isOrdered ? said.patch().operation() : Operation.ADD;
            case INVALID, MERGE, ADD, REMOVE, REPLACE, MERGE_AND_REPLACE_LIST ->
                    said.patch().operation();
        };
    }

    private static boolean isPossible(ApplyTo applyTo, Operation operation) {
        return possible(applyTo).contains(operation);
    }

    private static List<Operation> possible(ApplyTo applyTo) {
        return switch (applyTo) {
            case LISTENER, FILTER_CHAIN, CLUSTER ->
                    List.of(
                            Operation.MERGE,
                            Operation.MERGE_AND_REPLACE_LIST,
                            Operation.ADD,
                            Operation.REMOVE);
            case NETWORK_FILTER, HTTP_FILTER, LISTENER_FILTER ->
                    List.of(
                            Operation.MERGE,
                            Operation.MERGE_AND_REPLACE_LIST,
                            Operation.ADD,
                            Operation.REMOVE,
                            Operation.INSERT_BEFORE,
                            Operation.INSERT_AFTER,
                            Operation.INSERT_FIRST,
                            Operation.REPLACE);
            case ROUTE_CONFIGURATION -> List.of(Operation.MERGE, Operation.MERGE_AND_REPLACE_LIST);
            case VIRTUAL_HOST ->
                    List.of(
                            Operation.MERGE,
                            Operation.MERGE_AND_REPLACE_LIST,
                            Operation.ADD,
                            Operation.REMOVE,
                            Operation.REPLACE);
            case HTTP_ROUTE ->
                    List.of(
                            Operation.MERGE,
                            Operation.MERGE_AND_REPLACE_LIST,
                            Operation.ADD,
                            Operation.REMOVE,
                            Operation.INSERT_BEFORE,
                            Operation.INSERT_AFTER,
                            Operation.INSERT_FIRST);
            case EXTENSION_CONFIG -> List.of(Operation.ADD);
            case BOOTSTRAP -> List.of(Operation.MERGE);
            case INVALID -> List.of();
        };
    }

    /// An empty message of what is changed; empty for what nobody changes here.
    private static Optional<Message> type(ApplyTo applyTo) {
        return switch (applyTo) {
            case LISTENER -> Optional.of(Listener.getDefaultInstance());
            case FILTER_CHAIN -> Optional.of(FilterChain.getDefaultInstance());
            case NETWORK_FILTER -> Optional.of(Filter.getDefaultInstance());
            case HTTP_FILTER -> Optional.of(HttpFilter.getDefaultInstance());
            case ROUTE_CONFIGURATION -> Optional.of(RouteConfiguration.getDefaultInstance());
            case VIRTUAL_HOST -> Optional.of(VirtualHost.getDefaultInstance());
            case HTTP_ROUTE -> Optional.of(Route.getDefaultInstance());
            case CLUSTER -> Optional.of(Cluster.getDefaultInstance());
            case EXTENSION_CONFIG -> Optional.of(TypedExtensionConfig.getDefaultInstance());
            case LISTENER_FILTER -> Optional.of(ListenerFilter.getDefaultInstance());
            case BOOTSTRAP -> Optional.of(Bootstrap.getDefaultInstance());
            case INVALID -> Optional.empty();
        };
    }

    private Optional<Message> message(Node value, Message type, FieldPath path) {
        Node packed = new UnknownTypes(filter, path, findings).packed(value);
        try {
            Message read = EnvoyJson.parse(Json.compact(packed), type);
            new UnreadFields(filter, findings).find(value, type.getDescriptorForType(), path);
            return Optional.of(read);
        } catch (EnvoyJsonException e) {
            findings.add(
                    DiagnosticCode.LEFT_OUT,
                    filter.origin(within(path, e.path())),
                    e.what(),
                    "This patch is left out");
            return Optional.empty();
        }
    }

    /// A field inside of a value.
    ///
    /// @param inside as in `a.b[0]["c"]`
    private static FieldPath within(FieldPath path, String inside) {
        FieldPath at = path;
        for (String step : inside.split("[.\\[\\]]+", -1)) {
            if (!step.isEmpty() && step.chars().allMatch(Character::isDigit)) {
                at = at.index(Integer.parseInt(step));
            } else if (!step.isEmpty()) {
                at = at.field(step.replace("\"", ""));
            }
        }
        return at;
    }
}
