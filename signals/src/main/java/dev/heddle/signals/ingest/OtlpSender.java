package dev.heddle.signals.ingest;

import com.google.protobuf.Struct;
import com.google.protobuf.Value;
import dev.heddle.signals.record.Party;
import dev.heddle.xds.NodeInfo;
import dev.heddle.xds.server.Caller;
import io.opentelemetry.proto.resource.v1.Resource;
import java.util.Optional;

/// Who tells by OTLP, as the resource says.
///
/// @param sender who it is; empty where it may not be that
/// @param refusal why it may not; empty where it may
/// @param attributes of the resource
record OtlpSender(Optional<Sender> sender, String refusal, Attributes attributes) {
    /// Who has no name, as a node that has said no id.
    private static final String NAMELESS = "otlp";

    static OtlpSender of(Resource resource, Caller caller) {
        Attributes attributes = Attributes.of(resource.getAttributesList());
        String node = attributes.first("heddle.node", "node_name", "service.instance.id");
        String namespace = attributes.first("k8s.namespace.name", "service.namespace");
        String account = attributes.first("k8s.serviceaccount.name");
        var metadata = Struct.newBuilder();
        put(metadata, "NAMESPACE", namespace);
        put(metadata, "SERVICE_ACCOUNT", account);
        put(metadata, "WORKLOAD_NAME", attributes.first("heddle.workload", "k8s.deployment.name"));
        NodeInfo info =
                NodeInfo.of(
                                node.isEmpty() ? NAMELESS : node,
                                attributes.first("cluster_name", "service.name"))
                        .withMetadata(metadata.build());
        Optional<String> refusal = caller.refusal(info);
        if (refusal.isPresent()) {
            return new OtlpSender(Optional.empty(), refusal.get(), attributes);
        }
        Sender sender = Sender.of(info, caller);
        Party own = sender.own();
        String version = attributes.first("heddle.version", "service.version");
        return new OtlpSender(
                Optional.of(
                        new Sender(
                                node,
                                new Party(own.workload(), own.namespace(), own.service(), version),
                                node.isEmpty() ? origin(attributes, caller) : node,
                                sender.proven(),
                                false)),
                "",
                attributes);
    }

    private static String origin(Attributes attributes, Caller caller) {
        return attributes.first("service.name") + "@" + caller.peer().address();
    }

    private static void put(Struct.Builder metadata, String name, String text) {
        if (!text.isEmpty()) {
            metadata.putFields(name, Value.newBuilder().setStringValue(text).build());
        }
    }
}
