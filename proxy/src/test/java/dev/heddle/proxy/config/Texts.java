package dev.heddle.proxy.config;

import dev.heddle.xds.wire.JsonException;
import dev.heddle.xds.wire.Message;

/// Envoy's messages from short YAML texts: `type/http_connection_manager` and the like stand for
/// the long URLs of packed messages.
final class Texts {

    private static final String URL = "type.googleapis.com/envoy.extensions.";

    private Texts() {}

    static <M extends Message> M read(M prototype, String yaml) {
        String spelled =
                yaml.replace(
                                "type/manager",
                                URL
                                        + "filters.network.http_connection_manager.v3"
                                        + ".HttpConnectionManager")
                        .replace("type/router", URL + "filters.http.router.v3.Router")
                        .replace("type/tcp", URL + "filters.network.tcp_proxy.v3.TcpProxy")
                        .replace(
                                "type/limit",
                                URL + "filters.network.connection_limit.v3.ConnectionLimit")
                        .replace(
                                "type/proxy_protocol",
                                URL + "filters.listener.proxy_protocol.v3.ProxyProtocol")
                        .replace(
                                "type/tls_inspector",
                                URL + "filters.listener.tls_inspector.v3.TlsInspector")
                        .replace(
                                "type/http_inspector",
                                URL + "filters.listener.http_inspector.v3.HttpInspector")
                        .replace(
                                "type/http_options", URL + "upstreams.http.v3.HttpProtocolOptions");
        try {
            return BootstrapParser.MESSAGES.read(YamlTrees.read("test", spelled), prototype);
        } catch (JsonException e) {
            throw new IllegalArgumentException(e);
        }
    }

    static <T> T accepted(Parsed<T> parsed) {
        return switch (parsed) {
            case Parsed.Accepted<T>(T value, _) -> value;
            case Parsed.Rejected<T> rejected -> throw new AssertionError(rejected.text());
        };
    }
}
