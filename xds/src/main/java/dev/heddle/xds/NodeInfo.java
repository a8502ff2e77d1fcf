package dev.heddle.xds;

import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Struct;
import com.google.protobuf.Value;
import dev.heddle.xds.wire.Bytes;
import dev.heddle.xds.wire.WireException;
import io.envoyproxy.envoy.config.core.v3.Locality;
import io.envoyproxy.envoy.config.core.v3.Node;
import java.util.Collections;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/// Who a proxy says it is (`envoy.config.core.v3.Node`).
///
/// It is the proxy's own word: nothing in it is proven until a later check compares it with the
/// peer's certificate.
///
/// @param id unique in the mesh, as in
///   `sidecar~10.1.2.3~reviews-v1.default~default.svc.cluster.local`
/// @param cluster the service that it belongs to, as in `reviews.default`
/// @param locality where it runs
/// @param metadata whatever else it says
/// @param userAgent the kind of client, as in `envoy` or `heddle`; empty when it does not say
public record NodeInfo(
        String id, String cluster, Place locality, Struct metadata, String userAgent) {

    private static final String CANONICAL_NAME = "service.istio.io/canonical-name";

    /// Region, zone and sub-zone; each is empty where unknown.
    public record Place(String region, String zone, String subZone) {
        /// Where nothing is known.
        public static final Place UNKNOWN = new Place("", "", "");
    }

    public NodeInfo {
        if (id.isEmpty()) {
            throw new IllegalArgumentException("id: '' (expected: the node's id)");
        }
    }

    /// A node that says no more than who it is.
    public static NodeInfo of(String id, String cluster) {
        return new NodeInfo(id, cluster, Place.UNKNOWN, Struct.getDefaultInstance(), "");
    }

    /// The same node with that metadata.
    public NodeInfo withMetadata(Struct metadata) {
        return new NodeInfo(id, cluster, locality, metadata, userAgent);
    }

    /// The same node as that kind of client.
    public NodeInfo withUserAgent(String userAgent) {
        return new NodeInfo(id, cluster, locality, metadata, userAgent);
    }

    /// What the message says; empty when it carries no id.
    public static Optional<NodeInfo> of(Node node) {
        if (node.getId().isEmpty()) {
            return Optional.empty();
        }
        Locality place = node.getLocality();
        return Optional.of(
                new NodeInfo(
                        node.getId(),
                        node.getCluster(),
                        new Place(place.getRegion(), place.getZone(), place.getSubZone()),
                        node.getMetadata(),
                        node.getUserAgentName()));
    }

    /// What a message with an id says.
    ///
    /// @throws WireException when it cannot be read
    public static NodeInfo read(Bytes message) {
        try {
            return of(Node.parseFrom(message.asReadOnlyByteBuffer())).orElseThrow();
        } catch (InvalidProtocolBufferException e) {
            throw new WireException("node: " + e.getMessage());
        }
    }

    /// This node as it travels. No version of the client is sent.
    public Node toProto() {
        var node = Node.newBuilder().setId(id).setCluster(cluster).setUserAgentName(userAgent);
        if (!locality.equals(Place.UNKNOWN)) {
            node.setLocality(
                    Locality.newBuilder()
                            .setRegion(locality.region())
                            .setZone(locality.zone())
                            .setSubZone(locality.subZone()));
        }
        if (metadata.getFieldsCount() > 0) {
            node.setMetadata(metadata);
        }
        return node.build();
    }

    /// The workload beside it, as metrics call it (`reviews-v1`); empty when it does not say.
    public String workload() {
        String[] parts = id.split("~", -1);
        String name = parts.length == 4 ? parts[2] : "";
        int dot = name.lastIndexOf('.');
        return text("WORKLOAD_NAME").orElse(dot < 0 ? name : name.substring(0, dot));
    }

    /// The service that it is of, as metrics call it (`reviews`); empty when it does not say.
    public String service() {
        Map<String, String> labels = texts("LABELS");
        int dot = cluster.indexOf('.');
        return labels.getOrDefault(
                CANONICAL_NAME,
                labels.getOrDefault("app", dot < 0 ? cluster : cluster.substring(0, dot)));
    }

    /// A text of the metadata; empty when there is none under that key.
    public Optional<String> text(String key) {
        return value(key).filter(Value::hasStringValue).map(Value::getStringValue);
    }

    /// A tree of the metadata; empty when there is none under that key.
    public Optional<Struct> tree(String key) {
        return value(key).filter(Value::hasStructValue).map(Value::getStructValue);
    }

    /// All texts of the metadata by their keys.
    public Map<String, String> texts() {
        return texts(metadata);
    }

    /// The texts of a tree of the metadata by their keys, as `LABELS` has them; no entries when
    /// there is no such tree.
    public Map<String, String> texts(String key) {
        return tree(key).map(NodeInfo::texts).orElse(Map.of());
    }

    private static Map<String, String> texts(Struct tree) {
        var texts = new TreeMap<String, String>();
        tree.getFieldsMap()
                .forEach((name, value) -> {
                    if (value.hasStringValue()) {
                        texts.put(name, value.getStringValue());
                    }
                });
        return Collections.unmodifiableMap(texts);
    }

    private Optional<Value> value(String key) {
        return Optional.ofNullable(metadata.getFieldsMap().get(key));
    }
}
