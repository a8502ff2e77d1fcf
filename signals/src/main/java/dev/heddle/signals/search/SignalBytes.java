package dev.heddle.signals.search;

import dev.heddle.signals.record.FlightEntry;
import dev.heddle.signals.record.Party;
import dev.heddle.signals.record.RequestLog;
import dev.heddle.signals.record.Secure;
import dev.heddle.signals.record.Side;
import dev.heddle.signals.record.Signal;
import dev.heddle.signals.record.Span;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// A log or a span as bytes, as the index keeps it. The first byte says which it is and how it is
/// written; what is added to a record comes last, under another number.
final class SignalBytes {
    /// As logs were written before they had the source of a rule.
    private static final int OLD_LOG = 1;

    private static final int SPAN = 2;
    private static final int LOG = 3;
    private static final int REMEMBERED = 4;

    private SignalBytes() {}

    static byte[] write(Signal signal) {
        var bytes = new ByteArrayOutputStream(400);
        try (var out = new DataOutputStream(bytes)) {
            switch (signal) {
                case RequestLog log -> {
                    out.writeByte(LOG);
                    write(log, out);
                }
                case FlightEntry entry -> {
                    out.writeByte(REMEMBERED);
                    out.writeUTF(entry.dump());
                    write(entry.log(), out);
                }
                case Span span -> write(span, out);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return bytes.toByteArray();
    }

    /// @throws IllegalArgumentException when that is something else
    static Signal read(byte[] bytes, int from, int length) {
        try (var in = new DataInputStream(new ByteArrayInputStream(bytes, from, length))) {
            int kind = in.readByte();
            return switch (kind) {
                case OLD_LOG -> log(in, false);
                case LOG -> log(in, true);
                case SPAN -> span(in);
                case REMEMBERED -> {
                    String dump = in.readUTF();
                    yield new FlightEntry(log(in, true), dump);
                }
                default -> throw new IllegalArgumentException("kind: " + kind);
            };
        } catch (IOException e) {
            throw new IllegalArgumentException("a record that is cut off", e);
        }
    }

    private static void write(RequestLog log, DataOutputStream out) throws IOException {
        out.writeLong(log.timeMicros());
        out.writeUTF(log.reporter().node());
        out.writeBoolean(log.reporter().side() == Side.DESTINATION);
        out.writeUTF(log.ids().requestId());
        out.writeUTF(log.ids().traceId());
        out.writeUTF(log.ids().spanId());
        write(log.source(), out);
        write(log.destination(), out);
        out.writeUTF(log.request().protocol());
        out.writeUTF(log.request().method());
        out.writeUTF(log.request().authority());
        out.writeUTF(log.request().path());
        RequestLog.Outcome outcome = log.outcome();
        out.writeShort(outcome.code());
        out.writeInt(outcome.grpcStatus());
        out.writeUTF(String.join(",", outcome.flags()));
        out.writeUTF(outcome.details());
        out.writeUTF(outcome.reason());
        out.writeLong(outcome.durationMicros());
        out.writeLong(outcome.received());
        out.writeLong(outcome.sent());
        out.writeInt(outcome.attempts());
        RequestLog.Way way = log.way();
        out.writeUTF(way.upstreamHost());
        out.writeUTF(way.cluster());
        out.writeUTF(way.route());
        out.writeUTF(way.ruleOrigin());
        out.writeUTF(way.ruleSource());
        out.writeUTF(way.configVersion());
        out.writeUTF(way.remoteAddress());
        out.writeUTF(way.secure().toString());
        out.writeUTF(way.peer());
    }

    private static void write(Party party, DataOutputStream out) throws IOException {
        out.writeUTF(party.workload());
        out.writeUTF(party.namespace());
        out.writeUTF(party.service());
        out.writeUTF(party.version());
    }

    private static RequestLog log(DataInputStream in, boolean hasSource) throws IOException {
        return new RequestLog(
                in.readLong(),
                new RequestLog.Reporter(
                        in.readUTF(), in.readBoolean() ? Side.DESTINATION : Side.SOURCE),
                new RequestLog.Ids(in.readUTF(), in.readUTF(), in.readUTF()),
                party(in),
                party(in),
                new RequestLog.Request(in.readUTF(), in.readUTF(), in.readUTF(), in.readUTF()),
                new RequestLog.Outcome(
                        in.readShort(),
                        in.readInt(),
                        flags(in.readUTF()),
                        in.readUTF(),
                        in.readUTF(),
                        in.readLong(),
                        in.readLong(),
                        in.readLong(),
                        in.readInt()),
                new RequestLog.Way(
                        in.readUTF(),
                        in.readUTF(),
                        in.readUTF(),
                        in.readUTF(),
                        hasSource ? in.readUTF() : "",
                        in.readUTF(),
                        in.readUTF(),
                        Secure.of(in.readUTF()),
                        in.readUTF()));
    }

    private static Party party(DataInputStream in) throws IOException {
        return new Party(in.readUTF(), in.readUTF(), in.readUTF(), in.readUTF());
    }

    private static List<String> flags(String text) {
        var flags = new ArrayList<String>();
        int from = 0;
        while (from < text.length()) {
            int comma = text.indexOf(',', from);
            int end = comma < 0 ? text.length() : comma;
            flags.add(text.substring(from, end));
            from = end + 1;
        }
        return flags;
    }

    private static void write(Span span, DataOutputStream out) throws IOException {
        out.writeByte(SPAN);
        out.writeUTF(span.traceId());
        out.writeUTF(span.spanId());
        out.writeUTF(span.parentId());
        out.writeUTF(span.name());
        out.writeUTF(span.kind());
        out.writeLong(span.timeMicros());
        out.writeLong(span.durationMicros());
        out.writeBoolean(span.isError());
        out.writeUTF(span.statusText());
        out.writeUTF(span.service());
        out.writeUTF(span.node());
        out.writeUTF(span.namespace());
        out.writeShort(span.attributes().size());
        for (var attribute : span.attributes().entrySet()) {
            out.writeUTF(attribute.getKey());
            out.writeUTF(attribute.getValue());
        }
    }

    private static Span span(DataInputStream in) throws IOException {
        return new Span(
                in.readUTF(),
                in.readUTF(),
                in.readUTF(),
                in.readUTF(),
                in.readUTF(),
                in.readLong(),
                in.readLong(),
                in.readBoolean(),
                in.readUTF(),
                in.readUTF(),
                in.readUTF(),
                in.readUTF(),
                attributes(in));
    }

    private static Map<String, String> attributes(DataInputStream in) throws IOException {
        int count = in.readShort();
        var attributes = new HashMap<String, String>();
        for (int i = 0; i < count; i++) {
            attributes.put(in.readUTF(), in.readUTF());
        }
        return attributes;
    }
}
