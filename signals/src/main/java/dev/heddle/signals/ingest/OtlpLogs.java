package dev.heddle.signals.ingest;

import dev.heddle.signals.intake.Intake;
import dev.heddle.signals.intake.Kind;
import dev.heddle.signals.intake.Reason;
import dev.heddle.signals.record.Places;
import dev.heddle.signals.record.RequestLog;
import dev.heddle.signals.record.Secure;
import dev.heddle.xds.server.Caller;
import io.grpc.stub.StreamObserver;
import io.opentelemetry.proto.collector.logs.v1.ExportLogsPartialSuccess;
import io.opentelemetry.proto.collector.logs.v1.ExportLogsServiceRequest;
import io.opentelemetry.proto.collector.logs.v1.ExportLogsServiceResponse;
import io.opentelemetry.proto.collector.logs.v1.LogsServiceGrpc;
import io.opentelemetry.proto.logs.v1.LogRecord;
import io.opentelemetry.proto.logs.v1.ResourceLogs;
import java.util.Optional;

/// OTLP's logs: access logs of proxies. A log is one of a request when its attributes, or a body
/// that has members, say so under the names that Istio's JSON log has, or OpenTelemetry's; logs of
/// applications are not kept.
public final class OtlpLogs extends LogsServiceGrpc.LogsServiceImplBase {
    private static final String NO_ACCESS_LOG =
            "only access logs are kept: attributes request_id, response_code, upstream_cluster";

    private final Intake intake;
    private final Places places;
    private final Optional<Forwarder> forwarder;

    /// @param places who is where
    /// @param forwarder gets what was taken, too
    public OtlpLogs(Intake intake, Places places, Optional<Forwarder> forwarder) {
        this.intake = intake;
        this.places = places;
        this.forwarder = forwarder;
    }

    @Override
    public void export(
            ExportLogsServiceRequest request, StreamObserver<ExportLogsServiceResponse> answers) {
        var export = new Export(intake, Kind.LOG);
        for (ResourceLogs resource : request.getResourceLogsList()) {
            var sender = OtlpSender.of(resource.getResource(), Caller.current());
            if (sender.sender().isEmpty()) {
                export.refuse(sender.refusal());
                break;
            }
            resource.getScopeLogsList().stream()
                    .flatMap(scope -> scope.getLogRecordsList().stream())
                    .forEach(log ->
                            read(log, sender.sender().get())
                                    .ifPresentOrElse(
                                            export::keep,
                                            () ->
                                                    export.reject(
                                                            Reason.NOT_KEPT, 1, NO_ACCESS_LOG)));
        }
        if (export.answer(answers, OtlpLogs::answer)) {
            forwarder.ifPresent(it -> it.pass(new Passed.Logs(request)));
        }
    }

    private static ExportLogsServiceResponse answer(long rejected, String why) {
        var answer = ExportLogsServiceResponse.newBuilder();
        if (rejected > 0) {
            answer.setPartialSuccess(
                    ExportLogsPartialSuccess.newBuilder()
                            .setRejectedLogRecords(rejected)
                            .setErrorMessage(why));
        }
        return answer.build();
    }

    private Optional<RequestLog> read(LogRecord log, Sender sender) {
        Attributes said =
                Attributes.of(log.getBody().getKvlistValue().getValuesList())
                        .and(Attributes.of(log.getAttributesList()));
        String requestId = said.first("request_id", "x-request-id", "heddle.request_id");
        String code = said.first("response_code", "http.response.status_code", "status_code");
        String cluster = said.first("upstream_cluster");
        if (requestId.isEmpty() && code.isEmpty() && cluster.isEmpty()) {
            return Optional.empty();
        }
        Tags tags = said.tags();
        String upstream = said.first("upstream_host");
        String remote = said.first("downstream_remote_address", "client.address");
        String peer = said.first("downstream_peer_uri_san", "source_principal");
        Ends ends =
                Ends.of(
                        sender,
                        tags,
                        new Ends.Evidence(
                                cluster,
                                said.first("downstream_local_address"),
                                remote,
                                upstream,
                                peer),
                        places);
        String span = Texts.hex(log.getSpanId(), 8);
        String trace = Texts.hex(log.getTraceId(), 16);
        return Optional.of(
                new RequestLog(
                        log.getTimeUnixNano() / 1_000,
                        new RequestLog.Reporter(sender.node(), ends.side()),
                        new RequestLog.Ids(
                                requestId,
                                trace.isEmpty() ? tags.text("trace_id") : trace,
                                span.isEmpty() ? tags.text("span_id") : span),
                        ends.source(),
                        ends.destination(),
                        request(said),
                        outcome(said, code, tags),
                        new RequestLog.Way(
                                upstream,
                                cluster,
                                said.first("route_name"),
                                tags.ruleOrigin(),
                                tags.text("rule_source"),
                                tags.text("config_version"),
                                remote,
                                secure(said, tags),
                                peer)));
    }

    private static Secure secure(Attributes said, Tags tags) {
        return tags.secure() == Secure.UNKNOWN
                ? Secure.of(said.first("connection_security_policy"))
                : tags.secure();
    }

    private static RequestLog.Request request(Attributes said) {
        String method = said.first("method", "http.request.method");
        String grpc = said.first("grpc_status", "rpc.grpc.status_code");
        String protocol = method.isEmpty() ? "tcp" : grpc.isEmpty() ? "http" : "grpc";
        return new RequestLog.Request(
                protocol,
                method,
                said.first("authority", "server.address", "requested_server_name"),
                said.first("path", "url.path"));
    }

    private static RequestLog.Outcome outcome(Attributes said, String code, Tags tags) {
        String grpc = said.first("grpc_status_number", "rpc.grpc.status_code", "grpc_status");
        String failure =
                said.first(
                        "response_code_details",
                        "upstream_transport_failure_reason",
                        "connection_termination_details");
        return new RequestLog.Outcome(
                Math.min(Texts.whole(code), 999),
                grpc.matches("[0-9]{1,2}") ? Integer.parseInt(grpc) : -1,
                Flags.of(said.first("response_flags")),
                failure,
                tags.text("reason"),
                Math.round(Texts.number(said.first("duration")) * 1_000),
                Texts.whole(said.first("bytes_received")),
                Texts.whole(said.first("bytes_sent")),
                Texts.whole(said.first("upstream_request_attempt_count")));
    }
}
