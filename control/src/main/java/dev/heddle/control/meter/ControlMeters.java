package dev.heddle.control.meter;

import dev.heddle.compiler.Compiled;
import dev.heddle.compiler.world.ProxyScope;
import dev.heddle.control.world.Edition;
import dev.heddle.xds.XdsType;
import dev.heddle.xds.identity.CertificateCall;
import dev.heddle.xds.server.CallMeter;
import dev.heddle.xds.server.XdsHandler;
import dev.heddle.xds.server.XdsStream;
import io.grpc.Status;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.BiFunction;
import java.util.function.LongSupplier;

/// What the control plane counts of itself. Callable from any thread.
///
/// Names are those of Istio's control plane, where it counts the same:
///
/// - `pilot_push_triggers{type}`: versions that came in force (`config`)
/// - `pilot_proxy_queue_time`: from a version's being in force until it is compiled for proxies
/// - `pilot_xds_push_time{type}`: how long that takes, over all types (`all`)
/// - `pilot_xds_pushes{type}`: responses that were sent
/// - `pilot_xds_send_time`: until gRPC has taken one
/// - `pilot_xds_config_size_bytes{type}`: of each
/// - `pilot_proxy_convergence_time`: from a version's being in force until a connected proxy
///   acknowledged it, for each type
/// - `pilot_total_xds_rejects`, `pilot_xds_cds_reject`, …: what proxies refused
/// - `citadel_server_*`: certificates that were asked for, by how that ended
public final class ControlMeters implements CallMeter.Watch {
    private static final int MOST_STREAMS = 100_000;

    private final LongSupplier nanos;
    private final Map<XdsType, LongAdder> pushes = new EnumMap<>(XdsType.class);
    private final Map<XdsType, LongAdder> rejects = new EnumMap<>(XdsType.class);
    private final Map<XdsType, Distribution> sizes = new EnumMap<>(XdsType.class);
    private final LongAdder triggers = new LongAdder();
    private final LongAdder compileErrors = new LongAdder();
    private final Distribution queued = Distribution.ofSeconds();
    private final Distribution compiled = Distribution.ofSeconds();
    private final Distribution sending = Distribution.ofSeconds();
    private final Distribution converged = Distribution.ofSeconds();
    private final LongAdder asked = new LongAdder();
    private final Map<Status.Code, LongAdder> answered = new EnumMap<>(Status.Code.class);
    private final Map<Long, Long> opened = new ConcurrentHashMap<>();
    private final AtomicReference<Published> published = new AtomicReference<>(new Published(0, 0));

    private record Published(long version, long atNanos) {}

    /// @param nanos for durations: never goes back
    public ControlMeters(LongSupplier nanos) {
        this.nanos = nanos;
        for (XdsType type : XdsType.values()) {
            pushes.put(type, new LongAdder());
            rejects.put(type, new LongAdder());
            sizes.put(type, Distribution.ofBytes());
        }
        for (Status.Code code : Status.Code.values()) {
            answered.put(code, new LongAdder());
        }
    }

    /// A version is in force.
    public void onPublished(Edition edition) {
        published.set(new Published(edition.version(), nanos.getAsLong()));
        triggers.increment();
    }

    /// The same compiler, measured.
    public BiFunction<Edition, ProxyScope, Compiled> metered(
            BiFunction<Edition, ProxyScope, Compiled> compiler) {
        return (edition, scope) -> {
            long from = nanos.getAsLong();
            Published now = published.get();
            if (now.version == edition.version()) {
                queued.add((from - now.atNanos) / 1e9);
            }
            try {
                Compiled result = compiler.apply(edition, scope);
                compiled.add((nanos.getAsLong() - from) / 1e9);
                return result;
            } catch (RuntimeException e) {
                compileErrors.increment();
                throw e;
            }
        };
    }

    /// The same handler, measured.
    public XdsHandler metered(XdsHandler handler) {
        return new XdsHandler() {
            @Override
            public void onOpened(XdsStream stream) {
                if (opened.size() < MOST_STREAMS) {
                    opened.put(stream.id(), nanos.getAsLong());
                }
                handler.onOpened(stream);
            }

            @Override
            public void onAck(XdsStream stream, XdsType type, String version) {
                converged(stream.id(), version);
                handler.onAck(stream, type, version);
            }

            @Override
            public void onNack(
                    XdsStream stream,
                    XdsType type,
                    String version,
                    String text,
                    List<String> resources) {
                count(rejects, type).increment();
                handler.onNack(stream, type, version, text, resources);
            }

            @Override
            public void onClosed(XdsStream stream, String reason) {
                opened.remove(stream.id());
                handler.onClosed(stream, reason);
            }
        };
    }

    /// Who connected later than a version came in force is not late by that.
    private void converged(long stream, String version) {
        Published now = published.get();
        Long since = opened.get(stream);
        if (since != null && version.equals(Long.toString(now.version))) {
            long from = Math.max(now.atNanos, since);
            converged.add(Math.max(0, nanos.getAsLong() - from) / 1e9);
        }
    }

    @Override
    public void onCall(String method) {
        if (method.equals(CertificateCall.METHOD)) {
            asked.increment();
        }
    }

    @Override
    public void onSent(XdsType type, int bytes, long tookNanos) {
        count(pushes, type).increment();
        count(sizes, type).add(bytes);
        sending.add(tookNanos / 1e9);
    }

    @Override
    public void onEnd(String method, Status status) {
        if (method.equals(CertificateCall.METHOD)) {
            count(answered, status.getCode()).increment();
        }
    }

    private static <K, V> V count(Map<K, V> counts, K key) {
        V count = counts.get(key);
        if (count == null) {
            throw new AssertionError(key + " has a count");
        }
        return count;
    }

    /// All of it in Prometheus' text format.
    public String print() {
        var out = new StringBuilder(8_192);
        counter(out, "pilot_push_triggers", "type=\"config\"", triggers.sum());
        distribution(out, "pilot_proxy_queue_time", "", queued);
        distribution(out, "pilot_xds_push_time", "type=\"all\"", compiled);
        counter(out, "pilot_total_xds_internal_errors", "", compileErrors.sum());
        type(out, "pilot_xds_pushes", "counter");
        pushes.forEach((type, count) -> line(out, "pilot_xds_pushes", label(type), count.sum()));
        distribution(out, "pilot_xds_send_time", "", sending);
        type(out, "pilot_xds_config_size_bytes", "histogram");
        sizes.forEach((type, size) -> size.print(out, "pilot_xds_config_size_bytes", label(type)));
        distribution(out, "pilot_proxy_convergence_time", "", converged);
        counter(
                out,
                "pilot_total_xds_rejects",
                "",
                rejects.values().stream().mapToLong(LongAdder::sum).sum());
        rejects.forEach((type, count) ->
                counter(out, "pilot_xds_" + word(type) + "_reject", "", count.sum()));
        authority(out);
        return out.toString();
    }

    private void authority(StringBuilder out) {
        counter(out, "citadel_server_csr_count", "", asked.sum());
        counter(out, "citadel_server_success_cert_issuance_count", "", ended(Status.Code.OK));
        counter(
                out,
                "citadel_server_authentication_failure_count",
                "",
                ended(Status.Code.UNAUTHENTICATED));
        counter(
                out,
                "citadel_server_csr_parsing_err_count",
                "",
                ended(Status.Code.INVALID_ARGUMENT));
        counter(
                out,
                "citadel_server_csr_sign_err_count",
                "",
                ended(Status.Code.PERMISSION_DENIED)
                        + ended(Status.Code.UNAVAILABLE)
                        + ended(Status.Code.UNKNOWN)
                        + ended(Status.Code.INTERNAL));
    }

    private long ended(Status.Code code) {
        return count(answered, code).sum();
    }

    private static String label(XdsType type) {
        return "type=\"" + word(type) + "\"";
    }

    private static String word(XdsType type) {
        return type.shortName().toLowerCase(Locale.ROOT);
    }

    private static void counter(StringBuilder out, String name, String label, long value) {
        type(out, name, "counter");
        line(out, name, label, value);
    }

    private static void distribution(
            StringBuilder out, String name, String label, Distribution values) {
        type(out, name, "histogram");
        values.print(out, name, label);
    }

    private static void type(StringBuilder out, String name, String type) {
        out.append("# TYPE ").append(name).append(' ').append(type).append('\n');
    }

    private static void line(StringBuilder out, String name, String label, long value) {
        out.append(name).append(label.isEmpty() ? "" : "{" + label + "}");
        out.append(' ').append(value).append('\n');
    }
}
