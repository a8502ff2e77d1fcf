package dev.heddle.bench.peer;

import java.nio.file.Path;

/// nginx's configuration for a [Shape], and as an HTTP/2 origin: one process, upstream keep-alive.
final class NginxConfig {
    private NginxConfig() {}

    /// A proxy.
    ///
    /// @param directory an existing directory that nginx may write to
    static String proxy(Shape shape, int port, int origin, Path directory) {
        var text = new StringBuilder(head(directory));
        if (shape.mesh()) {
            text.append(
                    "    access_log %s/access.log combined buffer=64k flush=1s;\n"
                            .formatted(directory));
        } else {
            text.append("    access_log off;\n");
        }
        for (int host = 0; host < Math.max(1, shape.hosts()); host++) {
            text.append(
                    """
                        upstream b%d {
                            server 127.0.0.1:%d;
                            keepalive 128;
                            keepalive_requests 1000000000;
                        }
                        server {
                            listen 127.0.0.1:%d%s;
                            server_name %s;
                    """
                            .formatted(
                                    host,
                                    origin,
                                    port,
                                    shape.inside().isPresent() ? " ssl" : "",
                                    shape.hosts() == 0 ? "_" : Shape.host(host)));
            shape.inside().ifPresent(dir -> text.append(tlsInside(dir)));
            for (int route = 0; route < Math.max(1, shape.routesPerHost()); route++) {
                String prefix = shape.routesPerHost() == 0 ? "/" : Shape.prefix(route);
                text.append(location(shape, prefix, host));
            }
            text.append("    }\n");
        }
        return text.append("}\n").toString();
    }

    /// An origin that answers everything over cleartext HTTP/2 with a body of the given size.
    static String http2Origin(int port, int size, Path directory) {
        return head(directory)
                + """
                    access_log off;
                    server {
                        listen 127.0.0.1:%d http2;
                        http2_max_concurrent_streams 1000;
                        location / { return 200 "%s"; }
                    }
                }
                """
                        .formatted(port, "h".repeat(size));
    }

    private static String head(Path directory) {
        return """
        daemon off;
        master_process off;
        worker_processes 1;
        pid %1$s/nginx.pid;
        error_log stderr warn;
        events {
            worker_connections 8000;
        }
        http {
            client_body_temp_path %1$s/body;
            proxy_temp_path %1$s/proxy;
            fastcgi_temp_path %1$s/fastcgi;
            uwsgi_temp_path %1$s/uwsgi;
            scgi_temp_path %1$s/scgi;
            server_names_hash_max_size 8192;
            server_names_hash_bucket_size 128;
            keepalive_requests 1000000000;
            keepalive_timeout 600s;
        """
                .formatted(directory);
    }

    private static String location(Shape shape, String prefix, int host) {
        var text = new StringBuilder();
        text.append("        location ").append(prefix).append(" {\n");
        text.append(
                """
                            proxy_http_version 1.1;
                            proxy_set_header connection "";
                            proxy_set_header host $http_host;
                            proxy_max_temp_file_size 0;
                """);
        if (shape.mesh()) {
            text.append(
                    """
                                proxy_set_header x-request-id $request_id;
                                proxy_set_header x-b3-sampled 0;
                                proxy_set_header user-agent "";
                                add_header x-served-by bench;
                    """);
        }
        shape.outside()
                .ifPresent(dir ->
                        text.append(
                                """
                                            proxy_ssl_certificate %1$s/client.pem;
                                            proxy_ssl_certificate_key %1$s/client.key;
                                            proxy_ssl_trusted_certificate %1$s/ca.pem;
                                            proxy_ssl_verify on;
                                            proxy_ssl_server_name on;
                                            proxy_ssl_name bench;
                                            proxy_ssl_protocols TLSv1.3;
                                """
                                        .formatted(dir)));
        text.append("            proxy_pass http");
        text.append(shape.outside().isPresent() ? "s" : "");
        text.append("://b").append(host).append(";\n        }\n");
        return text.toString();
    }

    private static String tlsInside(Path directory) {
        return """
                ssl_certificate %1$s/server.pem;
                ssl_certificate_key %1$s/server.key;
                ssl_client_certificate %1$s/ca.pem;
                ssl_verify_client on;
                ssl_protocols TLSv1.3;
                ssl_session_cache shared:tls:10m;
        """
                .formatted(directory);
    }
}
