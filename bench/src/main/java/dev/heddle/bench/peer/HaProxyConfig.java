package dev.heddle.bench.peer;

import java.nio.file.Path;
import java.util.Optional;

/// HAProxy's configuration for a [Shape]: one thread, upstream connections shared freely.
///
/// The access log goes to its standard output, which is a file here: HAProxy opens no log files.
final class HaProxyConfig {
    private HaProxyConfig() {}

    /// @param map the file of [#map], read when the shape has hosts
    static String text(Shape shape, int port, int origin, Path map) {
        var text = new StringBuilder();
        text.append("global\n    nbthread 1\n    maxconn 4000\n");
        text.append("    tune.ssl.default-dh-param 2048\n");
        if (shape.mesh()) {
            text.append("    log stdout format raw local0 info\n");
        }
        text.append("defaults\n");
        text.append("    mode ").append(shape.wire() == Shape.Wire.TCP ? "tcp" : "http");
        text.append("\n    timeout connect 5s\n    timeout client 60s\n    timeout server 60s\n");
        if (shape.wire() == Shape.Wire.TCP) {
            text.append("    option splice-auto\n");
        } else {
            text.append("    http-reuse always\n");
        }
        text.append("frontend in\n    bind 127.0.0.1:").append(port);
        shape.inside()
                .ifPresent(dir ->
                        text.append(" ssl crt ")
                                .append(dir)
                                .append("/server-both.pem")
                                .append(" ca-file ")
                                .append(dir)
                                .append("/ca.pem")
                                .append(" verify required ssl-min-ver TLSv1.3"));
        if (shape.wire() == Shape.Wire.HTTP2) {
            text.append(" proto h2");
        }
        text.append('\n');
        if (shape.mesh()) {
            text.append(
                    """
                        log global
                        option httplog
                        http-request set-header x-request-id %[uuid()]
                        http-request set-header x-b3-sampled 0
                        http-request del-header user-agent
                        http-response set-header x-served-by bench
                    """);
        }
        if (shape.hosts() == 0) {
            text.append("    default_backend origin\n");
            backend(text, "origin", shape, origin);
            return text.toString();
        }
        text.append("    use_backend %[base,map_beg(").append(map).append(")]\n");
        for (int host = 0; host < shape.hosts(); host++) {
            backend(text, "b" + host, shape, origin);
        }
        return text.toString();
    }

    /// The routes: host and path prefix, and the backend behind.
    static String map(Shape shape) {
        var text = new StringBuilder();
        for (int host = 0; host < shape.hosts(); host++) {
            for (int route = 0; route < shape.routesPerHost(); route++) {
                text.append(Shape.host(host)).append(Shape.prefix(route));
                text.append(" b").append(host).append('\n');
            }
        }
        return text.toString();
    }

    private static void backend(StringBuilder text, String name, Shape shape, int origin) {
        text.append("backend ").append(name);
        text.append("\n    server origin 127.0.0.1:").append(origin);
        Optional<Path> tls = shape.outside();
        tls.ifPresent(dir ->
                text.append(" ssl crt ")
                        .append(dir)
                        .append("/client-both.pem")
                        .append(" ca-file ")
                        .append(dir)
                        .append("/ca.pem")
                        .append(" sni str(bench) verify required verifyhost bench"));
        if (shape.wire() == Shape.Wire.HTTP2) {
            text.append(" proto h2");
        }
        text.append('\n');
    }
}
