package dev.heddle.proxy.config;

import static dev.heddle.proxy.config.Findings.join;

import dev.heddle.xds.XdsResource;
import dev.heddle.xds.client.ClientNode;
import dev.heddle.xds.wire.JsonException;
import dev.heddle.xds.wire.JsonTrees;
import dev.heddle.xds.wire.WireException;
import dev.heddle.xds.wire.WireWriter;
import envoy.Messages;
import envoy.config.bootstrap.v3.Admin;
import envoy.config.bootstrap.v3.Bootstrap;
import envoy.config.cluster.v3.Cluster;
import envoy.config.core.v3.ApiConfigSource;
import envoy.config.core.v3.GrpcService;
import envoy.config.listener.v3.Listener;
import envoy.extensions.bootstrap.internal_listener.v3.InternalListener;
import envoy.extensions.transport_sockets.tls.v3.Secret;
import envoy.extensions.transport_sockets.tls.v3.UpstreamTlsContext;
import google.protobuf.Value;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;

/// Reads a bootstrap of Envoy v3, from YAML or JSON.
///
/// Clusters and listeners inside of it are judged when they are taken, by the same parsers as those
/// of a control plane.
@SuppressWarnings("deprecation") // Envoy still reads the old fields, and users still write them
public final class BootstrapParser {

    /// What changes no request: watchdogs, tuning of Envoy's own memory.
    private static final Set<String> NOTED =
            Set.of(
                    "node_context_params",
                    "flags_path",
                    "stats_flush_on_admin",
                    "deferred_stat_options",
                    "watchdog",
                    "watchdogs",
                    "enable_dispatcher_stats",
                    "stats_server_version_override",
                    "use_tcp_for_dns_lookups",
                    "dns_resolution_config",
                    "typed_dns_resolver_config",
                    "fatal_actions",
                    "default_socket_interface",
                    "inline_headers",
                    "perf_tracing_file_path",
                    "application_log_config",
                    "grpc_async_client_manager_config",
                    "memory_allocator_manager");

    /// Fields of `envoy.config.core.v3.Node`.
    private static final int NODE_ID = 1;

    private static final int NODE_CLUSTER = 2;
    private static final int NODE_METADATA = 3;
    private static final int NODE_LOCALITY = 4;
    private static final int NODE_USER_AGENT_NAME = 6;

    /// A field of `envoy.config.listener.v3.Listener`.
    private static final int LISTENER_NAME = 1;

    /// Messages of texts.
    static final JsonTrees MESSAGES = new JsonTrees(Messages::find);

    private final Findings findings = new Findings();

    private BootstrapParser() {}

    /// Reads a file.
    ///
    /// @throws BootstrapException naming the file and each mistake, with line or field
    public static ProxyBootstrap read(Path file) throws BootstrapException {
        return read(file, UnaryOperator.identity(), false);
    }

    /// Reads a file of a proxy at the edge; what it leaves open is filled by [EdgeDefaults].
    ///
    /// @param heapBytes how large this process's heap may become
    /// @throws BootstrapException naming the file and each mistake, with line or field
    public static ProxyBootstrap readAtEdge(Path file, long heapBytes) throws BootstrapException {
        return read(file, it -> EdgeDefaults.complete(it, heapBytes), true);
    }

    private static ProxyBootstrap read(
            Path file, UnaryOperator<Bootstrap> completed, boolean isAtEdge)
            throws BootstrapException {
        try {
            ProxyBootstrap read = parse(file.toString(), Files.readString(file), completed);
            return isAtEdge ? read.atEdge() : read;
        } catch (NoSuchFileException e) {
            throw new BootstrapException(file + ": no such file (expected: an Envoy bootstrap)");
        } catch (IOException e) {
            throw new BootstrapException(file + ": cannot be read: " + e.getMessage());
        }
    }

    /// Reads a text.
    ///
    /// @param label what to call it in errors
    public static ProxyBootstrap parse(String label, String text) throws BootstrapException {
        return parse(label, text, UnaryOperator.identity());
    }

    private static ProxyBootstrap parse(
            String label, String text, UnaryOperator<Bootstrap> completed)
            throws BootstrapException {
        Bootstrap bootstrap;
        try {
            Object tree = YamlTrees.read(label, text);
            if (!(tree instanceof Map)) {
                throw new BootstrapException(
                        label
                                + ": not an object (expected: an Envoy bootstrap, with node, admin,"
                                + " static_resources or dynamic_resources)");
            }
            bootstrap = completed.apply(MESSAGES.read(tree, Bootstrap.getDefaultInstance()));
        } catch (IllegalArgumentException e) {
            throw new BootstrapException(String.valueOf(e.getMessage()));
        } catch (JsonException e) {
            throw new BootstrapException(label + ": " + e.getMessage());
        }
        var parser = new BootstrapParser();
        ProxyBootstrap read = parser.bootstrap(bootstrap);
        return switch (parser.findings.of(read)) {
            case Parsed.Accepted<ProxyBootstrap>(ProxyBootstrap value, List<String> notes) ->
                    new ProxyBootstrap(
                            value.node(),
                            value.admin(),
                            value.clusters(),
                            value.listeners(),
                            value.secrets(),
                            value.controlPlane(),
                            value.process(),
                            value.overload(),
                            value.runtime(),
                            value.sinks(),
                            value.view(),
                            notes,
                            value.message(),
                            false);
            case Parsed.Rejected<ProxyBootstrap>(List<String> reasons) ->
                    throw new BootstrapException(
                            reasons.stream()
                                    .map(reason -> label + ": " + reason)
                                    .collect(Collectors.joining("\n")));
        };
    }

    /// Envoy wants to be told that there may be internal listeners; here there always may.
    private void extensions(Bootstrap bootstrap) {
        for (int i = 0; i < bootstrap.getBootstrapExtensionsCount(); i++) {
            String path = "bootstrap_extensions[" + i + "].typed_config";
            var config = bootstrap.getBootstrapExtensions(i).getTypedConfig();
            if (!config.holds(InternalListener.getDefaultInstance())) {
                findings.notImplemented(path, "'" + config.getTypeUrl() + "'");
                continue;
            }
            try {
                findings.fields(
                        path,
                        config.unpack(InternalListener.getDefaultInstance()),
                        Set.of(),
                        Set.of("buffer_size_kb"));
            } catch (WireException e) {
                findings.reject(path, String.valueOf(e.getMessage()));
            }
        }
    }

    private ProxyBootstrap bootstrap(Bootstrap bootstrap) {
        findings.fields(
                "",
                bootstrap,
                Set.of(
                        "node",
                        "admin",
                        "static_resources",
                        "dynamic_resources",
                        "overload_manager",
                        "stats_sinks",
                        "stats_flush_interval",
                        "stats_eviction_interval",
                        "stats_config",
                        "bootstrap_extensions",
                        "cluster_manager",
                        "layered_runtime"),
                NOTED);
        findings.fields(
                "cluster_manager",
                bootstrap.getClusterManager(),
                Set.of("local_cluster_name"),
                Set.of(
                        "outlier_detection",
                        "upstream_bind_config",
                        "load_stats_config",
                        "enable_deferred_cluster_creation"));
        extensions(bootstrap);
        findings.fields(
                "static_resources",
                bootstrap.getStaticResources(),
                Set.of("listeners", "clusters", "secrets"));
        Optional<ProxyBootstrap.ControlPlane> controlPlane = controlPlane(bootstrap);
        Duration flush = new StatsSinkParser(findings).interval(bootstrap);
        return new ProxyBootstrap(
                node(bootstrap),
                admin(bootstrap),
                clusters(
                        bootstrap.getStaticResources().getClustersList(),
                        controlPlane.map(ProxyBootstrap.ControlPlane::cluster).orElse("")),
                listeners(bootstrap.getStaticResources().getListenersList()),
                secrets(bootstrap.getStaticResources().getSecretsList()),
                controlPlane,
                process(bootstrap, flush),
                bootstrap.hasOverloadManager()
                        ? new OverloadParser(findings)
                                .read("overload_manager", bootstrap.getOverloadManager())
                        : Optional.empty(),
                new RuntimeParser(findings)
                        .layers("layered_runtime", bootstrap.getLayeredRuntime()),
                new StatsSinkParser(findings).sinks(bootstrap, flush),
                new StatsConfigParser(findings).view(bootstrap.getStatsConfig()),
                List.of(),
                bootstrap.bytes(),
                false);
    }

    /// As the bootstrap has it, but for the kind of client that this is.
    private ClientNode node(Bootstrap bootstrap) {
        var node = bootstrap.getNode();
        if (node.getId().isEmpty()) {
            if (bootstrap.hasDynamicResources()) {
                findings.reject(
                        "node.id", "'' (expected: who this proxy is, for the control plane)");
            }
            return new ClientNode(
                    "heddle",
                    new WireWriter()
                            .text(NODE_ID, "heddle")
                            .text(NODE_CLUSTER, "heddle")
                            .text(NODE_USER_AGENT_NAME, "heddle")
                            .toBytes());
        }
        var message = new WireWriter().text(NODE_ID, node.getId());
        if (!node.getCluster().isEmpty()) {
            message.text(NODE_CLUSTER, node.getCluster());
        }
        if (node.hasMetadata()) {
            message.bytes(NODE_METADATA, node.getMetadata().bytes());
        }
        if (node.hasLocality()) {
            message.bytes(NODE_LOCALITY, node.getLocality().bytes());
        }
        return new ClientNode(node.getId(), message.text(NODE_USER_AGENT_NAME, "heddle").toBytes());
    }

    private ProcessConfig process(Bootstrap bootstrap, Duration flush) {
        Map<String, Value> metadata = bootstrap.getNode().getMetadata().getFieldsMap();
        var parser = new ProcessParser(findings);
        Value said = metadata.get("PROXY_CONFIG");
        Value annotations = metadata.get("ANNOTATIONS");
        SeriesLimits annotated =
                parser.series(
                        annotations == null
                                ? Map.of()
                                : annotations.getStructValue().getFieldsMap());
        return (said == null ? ProcessConfig.NONE : parser.read(said))
                .keeping(
                        new StatsConfigParser(findings)
                                .eviction(bootstrap, flush)
                                .map(annotated::forgetting)
                                .orElse(annotated))
                .scraped(parser.scrape(metadata.get(ScrapeConfig.FIELD)));
    }

    private Optional<InetSocketAddress> admin(Bootstrap bootstrap) {
        if (!bootstrap.hasAdmin()) {
            return Optional.empty();
        }
        Admin admin = bootstrap.getAdmin();
        findings.fields(
                "admin",
                admin,
                Set.of("address"),
                Set.of(
                        "access_log",
                        "access_log_path",
                        "profile_path",
                        "ignore_global_conn_limit"));
        return admin.hasAddress()
                ? Optional.of(
                        new AddressParser(findings).literal("admin.address", admin.getAddress()))
                : Optional.empty();
    }

    /// @param controlPlane the cluster of the control plane, which is spoken to by another client:
    ///   one that requests could not go to (HTTP/2) is no mistake
    private List<XdsResource> clusters(List<Cluster> clusters, String controlPlane) {
        var resources = new ArrayList<XdsResource>();
        for (int i = 0; i < clusters.size(); i++) {
            Cluster cluster = clusters.get(i);
            String path = "static_resources.clusters[" + i + "]";
            boolean forXdsOnly =
                    cluster.getName().equals(controlPlane)
                            && !isSecured(cluster)
                            && ClusterParser.parse(cluster) instanceof Parsed.Rejected;
            if (forXdsOnly) {
                findings.note(path + " (is used for the control plane only)");
            } else if (!cluster.getName().isEmpty()) {
                resources.add(XdsResource.of(cluster.getName(), cluster.packed()));
            }
            unique(join(path, "name"), cluster.getName(), resources);
        }
        return resources;
    }

    private List<XdsResource> listeners(List<Listener> listeners) {
        var resources = new ArrayList<XdsResource>();
        for (int i = 0; i < listeners.size(); i++) {
            String path = "static_resources.listeners[" + i + "].name";
            // Envoy makes up a name for a static listener without one.
            String name =
                    listeners.get(i).getName().isEmpty()
                            ? "listener_" + i
                            : listeners.get(i).getName();
            resources.add(XdsResource.of(name, named(listeners.get(i), name).packed()));
            unique(path, name, resources);
        }
        return resources;
    }

    private static Listener named(Listener listener, String name) {
        return listener.getName().equals(name)
                ? listener
                : listener.read(
                        new WireWriter().raw(listener.bytes()).text(LISTENER_NAME, name).toBytes());
    }

    private List<XdsResource> secrets(List<Secret> secrets) {
        var resources = new ArrayList<XdsResource>();
        for (int i = 0; i < secrets.size(); i++) {
            String name = secrets.get(i).getName();
            if (!name.isEmpty()) {
                resources.add(XdsResource.of(name, secrets.get(i).packed()));
            }
            unique("static_resources.secrets[" + i + "].name", name, resources);
        }
        return resources;
    }

    private void unique(String path, String name, List<XdsResource> before) {
        findings.required(path, name);
        if (before.stream().filter(it -> it.name().equals(name)).count() > 1) {
            findings.reject(path, "'" + name + "' is there twice");
        }
    }

    private Optional<ProxyBootstrap.ControlPlane> controlPlane(Bootstrap bootstrap) {
        if (!bootstrap.hasDynamicResources()) {
            return Optional.empty();
        }
        var dynamic = bootstrap.getDynamicResources();
        String path = "dynamic_resources";
        findings.fields(path, dynamic, Set.of("lds_config", "cds_config", "ads_config"));
        if (dynamic.hasLdsConfig()) {
            ConfigSources.check(findings, join(path, "lds_config"), dynamic.getLdsConfig());
        }
        if (dynamic.hasCdsConfig()) {
            ConfigSources.check(findings, join(path, "cds_config"), dynamic.getCdsConfig());
        }
        if (!dynamic.hasAdsConfig()) {
            findings.reject(
                    join(path, "ads_config"), "is not set (expected: a gRPC control plane)");
            return Optional.empty();
        }
        return ads(join(path, "ads_config"), dynamic.getAdsConfig(), bootstrap);
    }

    private Optional<ProxyBootstrap.ControlPlane> ads(
            String path, ApiConfigSource ads, Bootstrap bootstrap) {
        findings.fields(
                path,
                ads,
                Set.of("api_type", "transport_api_version", "grpc_services"),
                Set.of("request_timeout", "rate_limit_settings", "set_node_on_first_message_only"));
        switch (ads.getApiType()) {
            case DELTA_GRPC -> {
                // What we speak.
            }
            case GRPC ->
                    // Every control plane that speaks one of the two over ADS speaks the other.
                    findings.note(join(path, "api_type: GRPC (DELTA_GRPC is spoken instead)"));
            default ->
                    findings.reject(
                            join(path, "api_type"),
                            ads.getApiType() + " is not implemented (expected: DELTA_GRPC)");
        }
        if (ads.getGrpcServicesCount() != 1) {
            findings.reject(
                    join(path, "grpc_services"),
                    ads.getGrpcServicesCount() + " services (expected: exactly one)");
            return Optional.empty();
        }
        return service(join(path, "grpc_services[0]"), ads.getGrpcServices(0), bootstrap);
    }

    private Optional<ProxyBootstrap.ControlPlane> service(
            String path, GrpcService service, Bootstrap bootstrap) {
        findings.fields(path, service, Set.of("envoy_grpc"), Set.of("timeout"));
        String at = join(path, "envoy_grpc");
        findings.fields(
                at,
                service.getEnvoyGrpc(),
                Set.of("cluster_name"),
                Set.of("max_receive_message_length", "retry_policy", "skip_envoy_headers"));
        String name = service.getEnvoyGrpc().getClusterName();
        for (Cluster cluster : bootstrap.getStaticResources().getClustersList()) {
            if (cluster.getName().equals(name)) {
                return address(join(at, "cluster_name"), cluster)
                        .map(it -> new ProxyBootstrap.ControlPlane(name, it, isSecured(cluster)));
            }
        }
        findings.reject(
                join(at, "cluster_name"),
                "'" + name + "' is not among static_resources.clusters (expected: one of them)");
        return Optional.empty();
    }

    private static boolean isSecured(Cluster cluster) {
        return cluster.hasTransportSocket()
                && cluster.getTransportSocket()
                        .getTypedConfig()
                        .holds(UpstreamTlsContext.getDefaultInstance());
    }

    private Optional<InetSocketAddress> address(String path, Cluster cluster) {
        return cluster.getLoadAssignment().getEndpointsList().stream()
                .flatMap(place -> place.getLbEndpointsList().stream())
                .map(host ->
                        new AddressParser(findings)
                                .literalOrName(
                                        "static_resources.clusters['" + cluster.getName() + "']",
                                        host.getEndpoint().getAddress()))
                .findFirst()
                .or(() -> {
                    findings.reject(path, "'" + cluster.getName() + "' has no endpoint");
                    return Optional.empty();
                });
    }
}
