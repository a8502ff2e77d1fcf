package dev.heddle.proxy.logservice;

import dev.heddle.proxy.config.AccessLogConfig.LogValue;
import dev.heddle.proxy.observe.ExchangeRecord;
import dev.heddle.telemetry.ByteText;
import dev.heddle.xds.wire.Bytes;
import dev.heddle.xds.wire.WireWriter;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.List;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// Writes exchanges and connections down as `opentelemetry.proto.logs.v1.LogRecord`, and batches of
/// them as `ExportLogsServiceRequest`. The numbers are those of the fields in OpenTelemetry's
/// `.proto` files.
public final class LogRecords {
    private static final long NANOS_PER_SECOND = 1_000_000_000;
    private static final Pattern HEX = Pattern.compile("([0-9a-f]{16}){1,2}");

    private LogRecords() {}

    /// One record.
    public static Bytes record(ExchangeRecord record, LogValue body, LogValue.Members attributes) {
        var out = new WireWriter();
        out.fixed64(1, record.startSecond() * NANOS_PER_SECOND + record.startNano());
        if (!body.equals(LogValue.NONE)) {
            out.message(5, value(record, body));
        }
        for (LogValue.Member member : attributes.members()) {
            out.message(6, member(record, member));
        }
        id(out, 9, record.traceId());
        id(out, 10, record.spanId());
        return out.toBytes();
    }

    /// Attributes of this proxy, with what Envoy says of itself before them.
    ///
    /// @param resource attributes as a message (`KeyValueList`)
    public static Bytes labelled(Bytes resource, String logName, LogSource source) {
        var out = new WireWriter();
        label(out, "log_name", logName);
        label(out, "zone_name", source.zone());
        label(out, "cluster_name", source.cluster());
        label(out, "node_name", source.id());
        return out.raw(resource).toBytes();
    }

    private static void label(WireWriter out, String key, String value) {
        out.message(
                1,
                new WireWriter().text(1, key).message(2, new WireWriter().bytes(1, bytes(value))));
    }

    /// A call's message.
    ///
    /// @param resource attributes of this proxy (`KeyValueList`), whose fields are those of a
    ///   `Resource`
    /// @return as it travels
    public static byte[] batch(Bytes resource, List<Bytes> records) {
        var scope = new WireWriter();
        records.forEach(record -> scope.bytes(2, record));
        return new WireWriter()
                .message(1, new WireWriter().bytes(1, resource).message(2, scope))
                .toBytes()
                .toByteArray();
    }

    private static WireWriter member(ExchangeRecord record, LogValue.Member member) {
        return new WireWriter()
                .bytes(1, bytes(member.key()))
                .message(2, value(record, member.value()));
    }

    private static WireWriter value(ExchangeRecord record, LogValue value) {
        var out = new WireWriter();
        switch (value) {
            case LogValue.Text(var format) -> {
                var text = new ByteText();
                format.write(record, "-", text);
                out.bytes(1, bytes(text.toString()));
            }
            case LogValue.Members(var members) -> {
                var list = new WireWriter();
                members.forEach(member -> list.message(1, member(record, member)));
                out.message(6, list);
            }
            case LogValue.Items(var items) -> {
                var list = new WireWriter();
                items.forEach(item -> list.message(1, value(record, item)));
                out.message(5, list);
            }
        }
        return out;
    }

    /// Ids of SkyWalking may be texts of any kind, which have no place here.
    private static void id(WireWriter out, int field, @Nullable String hex) {
        if (hex != null && HEX.matcher(hex).matches()) {
            out.bytes(field, Bytes.of(HexFormat.of().parseHex(hex)));
        }
    }

    private static Bytes bytes(String text) {
        return Bytes.of(text.getBytes(StandardCharsets.UTF_8));
    }
}
