package dev.heddle.proxy.config;

import dev.heddle.proxy.overload.OverloadConfig;
import dev.heddle.proxy.tuning.RuntimeLayer;
import dev.heddle.telemetry.MeterView;
import dev.heddle.telemetry.NodeText;
import dev.heddle.xds.XdsResource;
import dev.heddle.xds.XdsType;
import dev.heddle.xds.client.ClientNode;
import dev.heddle.xds.wire.Bytes;
import envoy.config.bootstrap.v3.Bootstrap;
import google.protobuf.Struct;
import google.protobuf.Value;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Optional;

/// What a proxy starts with (`envoy.config.bootstrap.v3.Bootstrap`).
///
/// @param node who the proxy says it is
/// @param admin where its admin pages are; empty for nowhere
/// @param clusters of `static_resources`
/// @param listeners of `static_resources`
/// @param secrets of `static_resources`
/// @param controlPlane where the rest comes from; empty for nowhere
/// @param process how the process is run, as the node says it
/// @param overload what it stops doing when memory is short; empty for nothing
/// @param runtime the layers of its runtime, the last of which counts first
/// @param sinks who is sent what is counted of requests
/// @param view which statistics are shown, and in which buckets
/// @param notes fields that are left out, each with its path
/// @param message the whole bootstrap, for dumps
/// @param isAtEdge whether resources are completed by [EdgeDefaults]
public record ProxyBootstrap(
        ClientNode node,
        Optional<InetSocketAddress> admin,
        List<XdsResource> clusters,
        List<XdsResource> listeners,
        List<XdsResource> secrets,
        Optional<ControlPlane> controlPlane,
        ProcessConfig process,
        Optional<OverloadConfig> overload,
        List<RuntimeLayer> runtime,
        List<StatsSink> sinks,
        MeterView view,
        List<String> notes,
        Bytes message,
        boolean isAtEdge) {

    public ProxyBootstrap {
        clusters = List.copyOf(clusters);
        listeners = List.copyOf(listeners);
        secrets = List.copyOf(secrets);
        runtime = List.copyOf(runtime);
        sinks = List.copyOf(sinks);
        notes = List.copyOf(notes);
    }

    /// The service that this proxy is of (`node.cluster`); may be empty.
    public String localCluster() {
        return Bootstrap.of(message).getNode().getCluster();
    }

    /// The cluster of the proxies beside this one (`cluster_manager.local_cluster_name`); may be
    /// empty.
    public String siblings() {
        return Bootstrap.of(message).getClusterManager().getLocalClusterName();
    }

    /// What formats find out of the node (`node.metadata`).
    public NodeText nodeText() {
        Struct metadata = Bootstrap.of(message).getNode().getMetadata();
        return path -> text(metadata, path);
    }

    private static Optional<String> text(Struct metadata, List<String> path) {
        Value value = metadata.getFieldsMap().get(path.getFirst());
        if (value == null) {
            return Optional.empty();
        }
        return path.size() > 1
                ? text(value.getStructValue(), path.subList(1, path.size()))
                : Optional.of(value.getStringValue()).filter(it -> !it.isEmpty());
    }

    /// Where this proxy is (`node.locality`).
    public Assignment.Locality locality() {
        var locality = Bootstrap.of(message).getNode().getLocality();
        return new Assignment.Locality(
                locality.getRegion(), locality.getZone(), locality.getSubZone());
    }

    /// The same with its resources completed, and those of the control plane to come.
    ProxyBootstrap atEdge() {
        return new ProxyBootstrap(
                node,
                admin,
                completed(XdsType.CLUSTER, clusters),
                completed(XdsType.LISTENER, listeners),
                secrets,
                controlPlane,
                process,
                overload,
                runtime,
                sinks,
                view,
                notes,
                message,
                true);
    }

    private static List<XdsResource> completed(XdsType type, List<XdsResource> resources) {
        return resources.stream().map(it -> EdgeDefaults.complete(type, it)).toList();
    }

    /// A server that speaks delta ADS.
    ///
    /// @param cluster the static cluster that it is
    /// @param address its first address; unresolved when it is a name
    /// @param isSecured whether the cluster says that it is spoken to over TLS
    public record ControlPlane(String cluster, InetSocketAddress address, boolean isSecured) {}
}
