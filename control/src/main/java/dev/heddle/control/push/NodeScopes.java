package dev.heddle.control.push;

import com.google.protobuf.Struct;
import com.google.protobuf.Value;
import dev.heddle.compiler.service.Nearness;
import dev.heddle.compiler.world.ProcessOptions;
import dev.heddle.compiler.world.ProxyScope;
import dev.heddle.compiler.world.ProxyScope.InboundPort;
import dev.heddle.compiler.world.ProxyScope.Interception;
import dev.heddle.compiler.world.ProxyScope.Interception.Kernel;
import dev.heddle.compiler.world.ProxyScope.Role;
import dev.heddle.compiler.world.WorkloadAnnotations;
import dev.heddle.model.Diagnostics;
import dev.heddle.model.FieldPath;
import dev.heddle.model.Origin;
import dev.heddle.model.Position;
import dev.heddle.model.codec.EmbeddedReader;
import dev.heddle.model.service.Locality;
import dev.heddle.xds.EnvoyJson;
import dev.heddle.xds.NodeInfo;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// Reads who a proxy is out of what it says of itself, in Istio's conventions.
///
/// The id is `sidecar~ADDRESS~NAME.NAMESPACE~NAMESPACE.svc.DOMAIN` (or `router~…` for a gateway).
/// Metadata: `NAMESPACE`, `LABELS`, `ANNOTATIONS`, `CLUSTER_ID`, `NODE_NAME`, `NETWORK`,
/// `INTERCEPTION_MODE`, `PROXY_CONFIG` with what it was started with, and for proxies that nothing
/// is redirected to (`NONE`) the struct `HEDDLE` with their listeners' addresses.
public final class NodeScopes {

    /// How a workload's traffic gets into its sidecar, where the sidecar does not say it.
    private static final String INTERCEPTION = "sidecar.istio.io/interceptionMode";

    private static final String PROCESS = "PROXY_CONFIG";

    /// What tells a proxy from another of the same workload, or is looked at elsewhere.
    private static final Set<String> ONE_PROXYS =
            Set.of(
                    "NAME",
                    "INSTANCE_IPS",
                    "POD_NAME",
                    "NODE_NAME",
                    "HOST_IP",
                    "NAMESPACE",
                    "CLUSTER_ID");

    private static final Pattern ADDRESS = Pattern.compile("[0-9.]{7,15}|[0-9a-fA-F:.]{2,45}");
    private static final Set<String> NOWHERE = Set.of("0.0.0.0", "::", "::1");

    /// Of both families, and a few networks.
    private static final int MAX_ADDRESSES = 16;

    /// What a node is.
    public sealed interface Outcome {
        /// It makes sense.
        record Known(ProxyScope scope) implements Outcome {}

        /// It does not.
        ///
        /// @param reason names the field and the value, for whoever runs the proxy
        record Refused(String reason) implements Outcome {}
    }

    /// A field that makes no sense; becomes an [Outcome.Refused] before anybody sees it.
    @SuppressWarnings("serial") // never leaves this class
    private static final class Malformed extends Exception {
        Malformed(String field, Object value, String expected) {
            super("node " + field + ": " + value + " (expected: " + expected + ")");
        }
    }

    private NodeScopes() {}

    /// Never throws because of what the node says.
    public static Outcome read(NodeInfo node) {
        try {
            return new Outcome.Known(scope(node));
        } catch (Malformed e) {
            return new Outcome.Refused(String.valueOf(e.getMessage()));
        }
    }

    private static ProxyScope scope(NodeInfo node) throws Malformed {
        List<String> id = List.of(node.id().split("~", -1));
        if (id.size() != 4) {
            throw new Malformed(
                    "id", "'" + node.id() + "'", "sidecar~ADDRESS~NAME.NAMESPACE~DNS.DOMAIN");
        }
        String namespace = namespace(node, id.get(2));
        return new ProxyScope(
                role(id.get(0)),
                namespace,
                labels(node),
                id.get(3),
                node.text("CLUSTER_ID").orElse("Kubernetes"),
                interception(node),
                WorkloadAnnotations.read(node.texts("ANNOTATIONS"), namespace),
                locality(node),
                new ProxyScope.Node(metadata(node), process(node), addresses(node, id.get(1))));
    }

    /// Where services may know the workload by. On one machine, where everything is at the same
    /// address, that tells nobody from anybody.
    private static SortedSet<String> addresses(NodeInfo node, String first) {
        var all = new TreeSet<String>();
        Stream.concat(
                        Stream.of(first),
                        Stream.of(node.text("INSTANCE_IPS").orElse("").split(",", -1)))
                .map(String::strip)
                .filter(a -> ADDRESS.matcher(a).matches() && !a.startsWith("127."))
                .filter(a -> !NOWHERE.contains(a))
                .limit(MAX_ADDRESSES)
                .forEach(all::add);
        return all;
    }

    /// How the proxy was started: what Istio's agent, or whoever else did it, put into its
    /// bootstrap. What cannot be used of it counts as not there.
    private static Optional<ProcessOptions> process(NodeInfo node) {
        var origin = new Origin(node.id(), FieldPath.of("metadata", PROCESS), "", Position.UNKNOWN);
        return node.tree(PROCESS)
                .flatMap(said ->
                        EmbeddedReader.proxy(origin, EnvoyJson.print(said), new Diagnostics()))
                .map(ProcessOptions::of);
    }

    /// The node in Kubernetes' sense is a label for those who prefer near endpoints.
    private static Map<String, String> labels(NodeInfo node) {
        Map<String, String> labels = new TreeMap<>(node.texts("LABELS"));
        node.text("NODE_NAME").ifPresent(name -> labels.putIfAbsent(Nearness.NODE, name));
        node.text("NETWORK").ifPresent(name -> labels.putIfAbsent(Nearness.NETWORK, name));
        return labels;
    }

    /// What the node says, else what Istio's label says, in which points may stand for slashes.
    private static Locality locality(NodeInfo node) {
        NodeInfo.Place place = node.locality();
        if (!place.equals(NodeInfo.Place.UNKNOWN)) {
            return new Locality(place.region(), place.zone(), place.subZone());
        }
        String label = node.texts("LABELS").getOrDefault("istio-locality", "");
        return Locality.parse(label.contains("/") ? label : label.replace('.', '/'));
    }

    /// What the node says in texts, but for what would make each proxy one of its own.
    private static Map<String, String> metadata(NodeInfo node) {
        var texts = new HashMap<String, String>(node.texts());
        texts.keySet().removeAll(ONE_PROXYS);
        return texts;
    }

    private static Role role(String type) throws Malformed {
        return switch (type) {
            case "sidecar" -> Role.SIDECAR;
            case "router", "gateway" -> Role.GATEWAY;
            default -> throw new Malformed("id", "type '" + type + "'", "sidecar or router");
        };
    }

    private static String namespace(NodeInfo node, String name) throws Malformed {
        String namespace = node.text("NAMESPACE").orElse(name.substring(name.lastIndexOf('.') + 1));
        if (namespace.isEmpty()) {
            throw new Malformed("metadata.NAMESPACE", "''", "a namespace");
        }
        return namespace;
    }

    private static Interception interception(NodeInfo node) throws Malformed {
        Optional<String> said = node.text("INTERCEPTION_MODE");
        Optional<String> annotated =
                Optional.ofNullable(node.texts("ANNOTATIONS").get(INTERCEPTION));
        if (said.isEmpty() && annotated.isEmpty()) {
            return new Interception.Redirect();
        }
        String mode = said.or(() -> annotated).orElseThrow();
        return switch (mode) {
            case "REDIRECT" -> new Interception.Redirect(Kernel.REDIRECT);
            case "TPROXY" -> new Interception.Redirect(Kernel.TPROXY);
            case "NONE" -> explicit(node);
            default ->
                    throw new Malformed(
                            said.isPresent()
                                    ? "metadata.INTERCEPTION_MODE"
                                    : "metadata.ANNOTATIONS." + INTERCEPTION,
                            "'" + mode + "'",
                            "REDIRECT, TPROXY or NONE");
        };
    }

    private static Interception.Explicit explicit(NodeInfo node) throws Malformed {
        if (node.metadata().containsFields("HEDDLE") && node.tree("HEDDLE").isEmpty()) {
            throw new Malformed("metadata.HEDDLE", "not a struct", "httpProxy, inbound, binds");
        }
        var heddle =
                new Fields(
                        "metadata.HEDDLE", node.tree("HEDDLE").orElse(Struct.newBuilder().build()));
        heddle.allow(List.of("httpProxy", "inbound", "binds"));
        var inbound = new ArrayList<InboundPort>();
        for (Fields port : heddle.structs("inbound")) {
            port.allow(List.of("port", "bind", "application"));
            inbound.add(
                    new InboundPort(
                            port.port("port"), port.address("bind"), port.address("application")));
        }
        String httpProxy = heddle.has("httpProxy") ? heddle.address("httpProxy") : "";
        return new Interception.Explicit(httpProxy, inbound, heddle.binds());
    }

    /// One struct of a node's metadata, and where it stands.
    private record Fields(String path, Struct struct) {

        void allow(List<String> known) throws Malformed {
            for (String key : new TreeMap<>(struct.getFieldsMap()).keySet()) {
                if (!known.contains(key)) {
                    throw new Malformed(path, "'" + key + "'", String.join(", ", known));
                }
            }
        }

        boolean has(String key) {
            Value value = struct.getFieldsMap().get(key);
            return value != null
                    && !value.hasNullValue()
                    && !(value.hasStringValue() && value.getStringValue().isEmpty());
        }

        String address(String key) throws Malformed {
            return address(path + "." + key, struct.getFieldsMap().get(key));
        }

        private static String address(String path, @Nullable Value value) throws Malformed {
            String text = value != null && value.hasStringValue() ? value.getStringValue() : "";
            int colon = text.lastIndexOf(':');
            if (colon < 1 || !isPort(text.substring(colon + 1))) {
                throw new Malformed(path, "'" + text + "'", "ADDRESS:PORT");
            }
            return text;
        }

        int port(String key) throws Malformed {
            Value value = struct.getFieldsMap().get(key);
            double number = value != null && value.hasNumberValue() ? value.getNumberValue() : 0;
            if (number != Math.rint(number) || number < 1 || number > 65535) {
                throw new Malformed(path + "." + key, number, "1 to 65535");
            }
            return (int) number;
        }

        List<Fields> structs(String key) throws Malformed {
            Value value = struct.getFieldsMap().get(key);
            if (value == null || value.hasNullValue()) {
                return List.of();
            }
            var fields = new ArrayList<Fields>();
            if (!value.hasListValue()) {
                throw new Malformed(path + "." + key, "not a list", "a list");
            }
            for (Value item : value.getListValue().getValuesList()) {
                String place = path + "." + key + "[" + fields.size() + "]";
                if (!item.hasStructValue()) {
                    throw new Malformed(place, "not a struct", "port, bind, application");
                }
                fields.add(new Fields(place, item.getStructValue()));
            }
            return fields;
        }

        Map<Integer, String> binds() throws Malformed {
            Value value = struct.getFieldsMap().get("binds");
            var binds = new TreeMap<Integer, String>();
            if (value == null || value.hasNullValue()) {
                return binds;
            }
            if (!value.hasStructValue()) {
                throw new Malformed(path + ".binds", "not a struct", "PORT: ADDRESS:PORT");
            }
            for (var bind : value.getStructValue().getFieldsMap().entrySet()) {
                if (!isPort(bind.getKey())) {
                    throw new Malformed(path + ".binds", "'" + bind.getKey() + "'", "a port");
                }
                binds.put(
                        Integer.parseInt(bind.getKey()),
                        address(path + ".binds." + bind.getKey(), bind.getValue()));
            }
            return binds;
        }

        private static boolean isPort(String text) {
            if (text.isEmpty() || text.length() > 5 || !text.chars().allMatch(Character::isDigit)) {
                return false;
            }
            int port = Integer.parseInt(text);
            return port >= 1 && port <= 65535;
        }
    }
}
