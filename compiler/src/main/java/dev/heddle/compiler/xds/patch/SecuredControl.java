package dev.heddle.compiler.xds.patch;

import com.google.protobuf.Value;
import dev.heddle.compiler.world.ProxyScope;
import dev.heddle.xds.EnvoyJson;
import dev.heddle.xds.EnvoyJsonException;
import io.envoyproxy.envoy.config.bootstrap.v3.Bootstrap;
import io.envoyproxy.envoy.config.cluster.v3.Cluster;
import io.envoyproxy.envoy.config.core.v3.GrpcService;
import io.envoyproxy.envoy.config.core.v3.TransportSocket;
import java.util.List;
import java.util.Optional;

/// A proxy's way to a control plane that both ends prove themselves on: TLS, with the proxy's own
/// certificate of the mesh.
///
/// @param host of the control plane, an address or a name
/// @param port where it serves who has a certificate, as in Istio 15012
/// @param directory of the proxy's identity
public record SecuredControl(String host, int port, String directory) {
    /// The name that Istio's proxies, too, expect in the control plane's certificate.
    private static final String SERVER = "istiod.istio-system.svc";

    /// Writes that way into a bootstrap: the cluster of its control plane is where this is, and its
    /// node says where its identity is.
    ///
    /// @throws EnvoyJsonException when the bootstrap names no control plane
    Bootstrap in(Bootstrap base) throws EnvoyJsonException {
        Bootstrap.Builder bootstrap = base.toBuilder();
        String name = cluster(base);
        Cluster.Builder cluster =
                bootstrap.getStaticResourcesBuilder().getClustersBuilderList().stream()
                        .filter(it -> it.getName().equals(name))
                        .findFirst()
                        .orElseThrow(() ->
                                new EnvoyJsonException(
                                        "static_resources.clusters",
                                        "'%s' is not there (expected: the control plane)"
                                                .formatted(name)));
        cluster.clearLoadAssignment()
                .mergeFrom(EnvoyJson.parse(address(name), Cluster.getDefaultInstance()));
        cluster.setTransportSocket(
                EnvoyJson.parse(transportSocket(), TransportSocket.getDefaultInstance()));
        bootstrap
                .getNodeBuilder()
                .getMetadataBuilder()
                .putFields(
                        ProxyScope.IDENTITY, Value.newBuilder().setStringValue(directory).build());
        return bootstrap.build();
    }

    private static String cluster(Bootstrap base) throws EnvoyJsonException {
        List<GrpcService> services =
                base.getDynamicResources().getAdsConfig().getGrpcServicesList();
        return Optional.of(services)
                .filter(all -> all.size() == 1)
                .map(all -> all.getFirst().getEnvoyGrpc().getClusterName())
                .filter(name -> !name.isEmpty())
                .orElseThrow(() ->
                        new EnvoyJsonException(
                                "dynamic_resources.ads_config.grpc_services",
                                "no envoy_grpc (expected: exactly one, the control plane)"));
    }

    private boolean isLiteral() {
        return host.indexOf(':') >= 0 || host.matches("[0-9.]+");
    }

    private String address(String cluster) {
        return """
        {"type": "%s", "load_assignment": {"cluster_name": "%s", "endpoints": [{"lb_endpoints": [
          {"endpoint": {"address": {"socket_address": {"address": "%s", "port_value": %d}}}}]}]}}
        """
                .formatted(isLiteral() ? "STATIC" : "STRICT_DNS", cluster, host, port);
    }

    private String transportSocket() {
        return """
        {"name": "envoy.transport_sockets.tls", "typed_config": {
          "@type": "type.googleapis.com/\
        envoy.extensions.transport_sockets.tls.v3.UpstreamTlsContext",
          "sni": "%s",
          "common_tls_context": {
            "alpn_protocols": ["h2"],
            "tls_params": {"tls_minimum_protocol_version": "TLSv1_3",
              "tls_maximum_protocol_version": "TLSv1_3"},
            "tls_certificate_sds_secret_configs": [%s],
            "combined_validation_context": {
              "default_validation_context": {"match_typed_subject_alt_names": [
                {"san_type": "DNS", "matcher": {"exact": "%s"}}]},
              "validation_context_sds_secret_config": %s}}}}
        """
                .formatted(
                        SERVER,
                        secret("default", "sds-certificate.json"),
                        SERVER,
                        secret("ROOTCA", "sds-roots.json"));
    }

    private String secret(String name, String file) {
        return """
        {"name": "%s", "sds_config": {"resource_api_version": "V3",
          "path_config_source": {"path": "%s"}}}\
        """
                .formatted(name, text(directory + "/" + file));
    }

    /// Within quotes of JSON.
    private static String text(String path) {
        return path.replace("\\", "\\\\").replace("\"", "\\\"");
    }
}
