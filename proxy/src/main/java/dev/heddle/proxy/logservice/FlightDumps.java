package dev.heddle.proxy.logservice;

import dev.heddle.proxy.ads.SideCalls;
import dev.heddle.proxy.flight.Flight;
import dev.heddle.proxy.runtime.AddressText;
import dev.heddle.proxy.runtime.Confined;
import dev.heddle.proxy.tuning.RuntimeValues;
import dev.heddle.xds.wire.WireWriter;
import java.net.SocketAddress;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Tells the control plane what flight recorders remember, when it asks for it by another number in
/// the runtime: as entries of the access log service, each with a tag `flight_recorder`, on the
/// connection that configuration comes by.
@Confined("config thread")
public final class FlightDumps {
    /// By which a dump is asked for.
    public static final String KEY = "heddle.flight_recorder.dump";

    private static final Logger LOG = LoggerFactory.getLogger(FlightDumps.class);
    private static final String METHOD =
            "/envoy.service.accesslog.v3.AccessLogService/StreamAccessLogs";
    private static final String TAG = "flight_recorder";
    private static final int HTTP_LOGS = 2;
    private static final int END_OF_REQUEST = 6;
    private static final int BATCH = 100;

    private final SideCalls calls;
    private final LogSource source;
    private long last;

    public FlightDumps(SideCalls calls, LogSource source) {
        this.calls = calls;
        this.source = source;
    }

    /// Whether values ask for a dump that was not made yet.
    ///
    /// @return its number; 0 for none
    public long asked(RuntimeValues values) {
        long now = values.integer(KEY, 0);
        if (now == 0 || now == last) {
            return 0;
        }
        last = now;
        return now;
    }

    /// Tells what is remembered.
    public void tell(long dump, List<Flight> flights) {
        Optional<SideCalls.Call> call =
                calls.call(
                        METHOD,
                        new SideCalls.Hearer() {
                            @Override
                            public void onMessage(byte[] message) {
                                // It says nothing.
                            }

                            @Override
                            public void onEnd(boolean isUnknown, String reason) {
                                LOG.debug("flight recorder, dump {}: {}", dump, reason);
                            }
                        });
        if (call.isEmpty()) {
            LOG.warn("flight recorder, dump {}: nobody is there to be told", dump);
            return;
        }
        LOG.info("flight recorder, dump {}: telling of {} requests", dump, flights.size());
        boolean isFirst = true;
        for (int from = 0; from < flights.size(); from += BATCH) {
            var message = new WireWriter();
            if (isFirst) {
                message.message(1, new WireWriter().bytes(1, source.node()).text(2, TAG));
                isFirst = false;
            }
            var entries = new WireWriter();
            flights.subList(from, Math.min(flights.size(), from + BATCH))
                    .forEach(flight -> entries.message(1, entry(dump, flight)));
            call.get().send(message.message(HTTP_LOGS, entries).toBytes().toByteArray());
        }
        call.get().end();
    }

    private static WireWriter entry(long dump, Flight flight) {
        return new WireWriter()
                .message(1, common(dump, flight))
                .message(3, request(flight.request()))
                .message(4, response(flight));
    }

    private static WireWriter common(long dump, Flight flight) {
        var out = new WireWriter();
        Flight.Way way = flight.way();
        LogEntries.address(out, 2, address(flight.request().remoteAddress()));
        LogEntries.time(out, 5, flight.epochNanos());
        LogEntries.address(out, 13, address(way.upstreamHost()));
        LogEntries.text(out, 15, way.cluster());
        if (!flight.flags().isEmpty()) {
            out.message(16, LogEntries.flags(flight.flags()));
        }
        LogEntries.text(out, 19, way.route());
        tag(out, TAG, Long.toString(dump));
        tag(out, "config_version", way.configVersion());
        tag(out, "rule", way.rule());
        tag(out, "trace_id", flight.request().traceId());
        tag(out, "span_id", flight.request().spanId());
        tag(out, "upstream_cluster", way.cluster());
        if (!way.direction().isEmpty()) {
            tag(out, "reporter", way.direction().equals("inbound") ? "destination" : "source");
        }
        LogEntries.time(out, 23, flight.durationNanos());
        out.number(24, flight.attempts());
        return out.number(33, END_OF_REQUEST);
    }

    private static WireWriter request(Flight.Request request) {
        var out = new WireWriter().number(1, LogEntries.method(request.method()));
        LogEntries.text(out, 3, request.authority());
        LogEntries.text(out, 5, request.path());
        LogEntries.text(out, 9, request.requestId());
        return out;
    }

    private static WireWriter response(Flight flight) {
        var out = new WireWriter();
        if (flight.code() > 0) {
            out.message(1, new WireWriter().number(1, flight.code()));
        }
        LogEntries.text(out, 6, flight.details());
        return out;
    }

    private static void tag(WireWriter out, String name, String value) {
        if (!value.isEmpty()) {
            out.message(22, new WireWriter().text(1, name).text(2, value));
        }
    }

    private static @Nullable SocketAddress address(String text) {
        return text.isEmpty() ? null : AddressText.parse(text);
    }
}
