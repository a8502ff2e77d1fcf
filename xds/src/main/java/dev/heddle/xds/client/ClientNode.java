package dev.heddle.xds.client;

import dev.heddle.xds.NodeInfo;
import dev.heddle.xds.wire.Bytes;

/// Who a client says it is, as it travels.
///
/// @param id unique in the mesh
/// @param message an `envoy.config.core.v3.Node`
public record ClientNode(String id, Bytes message) {
    public ClientNode {
        if (id.isEmpty()) {
            throw new IllegalArgumentException("id: '' (expected: the node's id)");
        }
    }

    /// As a server knows it.
    public static ClientNode of(NodeInfo node) {
        return new ClientNode(node.id(), Bytes.of(node.toProto().toByteArray()));
    }

    /// As a server would know it. This loads protobuf's classes, so a proxy calls it only when
    /// somebody asks who it is.
    public NodeInfo info() {
        return NodeInfo.read(message);
    }
}
