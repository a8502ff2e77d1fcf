package dev.heddle.signals.ingest;

import dev.heddle.signals.intake.Intake;
import dev.heddle.signals.intake.Kind;
import dev.heddle.signals.intake.Reason;
import dev.heddle.signals.record.Counted;
import dev.heddle.signals.record.Places;
import dev.heddle.signals.record.RequestLog;
import dev.heddle.signals.record.Signal;
import dev.heddle.xds.Confined;
import dev.heddle.xds.NodeInfo;
import dev.heddle.xds.server.Caller;
import io.envoyproxy.envoy.data.accesslog.v3.AccessLogCommon;
import io.envoyproxy.envoy.data.accesslog.v3.HTTPAccessLogEntry;
import io.envoyproxy.envoy.data.accesslog.v3.TCPAccessLogEntry;
import io.envoyproxy.envoy.service.accesslog.v3.AccessLogServiceGrpc;
import io.envoyproxy.envoy.service.accesslog.v3.StreamAccessLogsMessage;
import io.envoyproxy.envoy.service.accesslog.v3.StreamAccessLogsResponse;
import io.grpc.Status;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/// Envoy's access log service. A proxy streams entries and hears no answer; the next message is
/// taken when the one before is where it waits.
public final class AccessLogs extends AccessLogServiceGrpc.AccessLogServiceImplBase {
    private static final int LONGEST_ID = 512;

    private final Intake intake;
    private final Places places;

    /// @param places who is where
    public AccessLogs(Intake intake, Places places) {
        this.intake = intake;
        this.places = places;
    }

    @Override
    public StreamObserver<StreamAccessLogsMessage> streamAccessLogs(
            StreamObserver<StreamAccessLogsResponse> answers) {
        return new Inbound(
                (ServerCallStreamObserver<StreamAccessLogsResponse>) answers, Caller.current());
    }

    /// What comes in on one stream. gRPC calls it one call at a time.
    @Confined("gRPC call")
    private final class Inbound implements StreamObserver<StreamAccessLogsMessage> {
        private final ServerCallStreamObserver<StreamAccessLogsResponse> call;
        private final Caller caller;
        private Optional<EntryReader> reader = Optional.empty();

        Inbound(ServerCallStreamObserver<StreamAccessLogsResponse> call, Caller caller) {
            this.call = call;
            this.caller = caller;
            call.disableAutoRequest();
            call.request(1);
        }

        @Override
        public void onNext(StreamAccessLogsMessage message) {
            if (reader.isEmpty() && !begin(message)) {
                return;
            }
            reader.ifPresent(it -> take(message, it));
            call.request(1);
        }

        /// @return whether to go on
        private boolean begin(StreamAccessLogsMessage message) {
            int length = message.getIdentifier().getNode().getId().length();
            Optional<NodeInfo> node = NodeInfo.of(message.getIdentifier().getNode());
            if (node.isEmpty() || length > LONGEST_ID) {
                call.onError(
                        Status.INVALID_ARGUMENT
                                .withDescription(
                                        "identifier.node.id: %d letters (expected: 1 to %d, in the"
                                                        .formatted(length, LONGEST_ID)
                                                + " first message)")
                                .asRuntimeException());
                return false;
            }
            Optional<String> refusal = caller.refusal(node.get());
            if (refusal.isPresent()) {
                call.onError(
                        Status.PERMISSION_DENIED
                                .withDescription(refusal.get())
                                .asRuntimeException());
                return false;
            }
            reader = Optional.of(new EntryReader(Sender.of(node.get(), caller), places));
            return true;
        }

        @Override
        public void onError(Throwable error) {
            // The proxy is gone; it comes again.
        }

        @Override
        public void onCompleted() {
            call.onNext(StreamAccessLogsResponse.getDefaultInstance());
            call.onCompleted();
        }
    }

    private void take(StreamAccessLogsMessage message, EntryReader reader) {
        var logs = new ArrayList<Signal>();
        var counted = new LinkedHashSet<Counted>();
        for (HTTPAccessLogEntry entry : message.getHttpLogs().getLogEntryList()) {
            take(reader.read(entry), entry.getCommonProperties(), reader, logs, counted);
        }
        for (TCPAccessLogEntry entry : message.getTcpLogs().getLogEntryList()) {
            take(reader.read(entry), entry.getCommonProperties(), reader, logs, counted);
        }
        int others =
                message.getHttpLogs().getLogEntryCount()
                        + message.getTcpLogs().getLogEntryCount()
                        - logs.size();
        intake.received(Kind.LOG, others);
        intake.dropped(Kind.LOG, Reason.NOT_KEPT, others);
        // First, as it is about what comes then.
        if (!counted.isEmpty()) {
            intake.offer(Kind.METRIC, List.copyOf(counted));
        }
        if (!logs.isEmpty()) {
            intake.offer(Kind.LOG, logs);
        }
    }

    private static void take(
            Optional<RequestLog> log,
            AccessLogCommon common,
            EntryReader reader,
            List<Signal> logs,
            Set<Counted> counted) {
        log.map(it -> EntryReader.marked(common, it)).ifPresent(logs::add);
        if (reader.isCounted(common)) {
            log.map(Counted::by).ifPresent(counted::add);
        }
    }
}
