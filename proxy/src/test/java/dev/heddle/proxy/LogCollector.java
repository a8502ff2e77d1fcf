package dev.heddle.proxy;

import io.envoyproxy.envoy.data.accesslog.v3.HTTPAccessLogEntry;
import io.envoyproxy.envoy.data.accesslog.v3.TCPAccessLogEntry;
import io.envoyproxy.envoy.service.accesslog.v3.AccessLogServiceGrpc;
import io.envoyproxy.envoy.service.accesslog.v3.StreamAccessLogsMessage;
import io.envoyproxy.envoy.service.accesslog.v3.StreamAccessLogsResponse;
import io.grpc.Server;
import io.grpc.netty.NettyServerBuilder;
import io.grpc.stub.StreamObserver;
import io.opentelemetry.proto.collector.logs.v1.ExportLogsServiceRequest;
import io.opentelemetry.proto.collector.logs.v1.ExportLogsServiceResponse;
import io.opentelemetry.proto.collector.logs.v1.LogsServiceGrpc;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;

/// A service that takes logs, Envoy's and those of OpenTelemetry, and remembers them.
final class LogCollector implements AutoCloseable {
    private final Server server;
    private final Map<String, List<HTTPAccessLogEntry>> http = new ConcurrentHashMap<>();
    private final Map<String, List<TCPAccessLogEntry>> tcp = new ConcurrentHashMap<>();
    private final List<ExportLogsServiceRequest> batches = new CopyOnWriteArrayList<>();
    private final List<StreamAccessLogsMessage.Identifier> introduced =
            new CopyOnWriteArrayList<>();

    LogCollector() throws IOException {
        server =
                NettyServerBuilder.forAddress(
                                new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
                        .addService(new Streams())
                        .addService(new Batches())
                        .build()
                        .start();
    }

    int port() {
        return server.getPort();
    }

    /// Entries about exchanges, of a log.
    List<HTTPAccessLogEntry> http(String log) {
        return http.getOrDefault(log, List.of());
    }

    /// Entries about connections, of a log.
    List<TCPAccessLogEntry> tcp(String log) {
        return tcp.getOrDefault(log, List.of());
    }

    List<ExportLogsServiceRequest> batches() {
        return batches;
    }

    /// Who began calls, each once.
    List<StreamAccessLogsMessage.Identifier> introduced() {
        return introduced;
    }

    private final class Streams extends AccessLogServiceGrpc.AccessLogServiceImplBase {
        @Override
        public StreamObserver<StreamAccessLogsMessage> streamAccessLogs(
                StreamObserver<StreamAccessLogsResponse> caller) {
            return new StreamObserver<>() {
                private String log = "";

                @Override
                public void onNext(StreamAccessLogsMessage message) {
                    if (message.hasIdentifier()) {
                        introduced.add(message.getIdentifier());
                        log = message.getIdentifier().getLogName();
                    }
                    http.computeIfAbsent(log, _ -> new CopyOnWriteArrayList<>())
                            .addAll(message.getHttpLogs().getLogEntryList());
                    tcp.computeIfAbsent(log, _ -> new CopyOnWriteArrayList<>())
                            .addAll(message.getTcpLogs().getLogEntryList());
                }

                @Override
                public void onError(Throwable why) {
                    // The proxy is gone.
                }

                @Override
                public void onCompleted() {
                    caller.onCompleted();
                }
            };
        }
    }

    private final class Batches extends LogsServiceGrpc.LogsServiceImplBase {
        @Override
        public void export(
                ExportLogsServiceRequest request,
                StreamObserver<ExportLogsServiceResponse> caller) {
            batches.add(request);
            caller.onNext(ExportLogsServiceResponse.getDefaultInstance());
            caller.onCompleted();
        }
    }

    @Override
    public void close() {
        server.shutdownNow();
    }
}
