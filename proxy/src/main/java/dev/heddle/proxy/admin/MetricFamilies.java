package dev.heddle.proxy.admin;

import dev.heddle.proxy.runtime.Confined;
import dev.heddle.telemetry.HistogramBounds;
import dev.heddle.telemetry.MemberLabels;
import dev.heddle.telemetry.MetricSink;
import dev.heddle.telemetry.NativeBuckets;
import dev.heddle.xds.wire.Bytes;
import dev.heddle.xds.wire.WireWriter;
import java.io.ByteArrayOutputStream;
import java.util.Arrays;

/// Metrics as Prometheus has them in protobuf: one `io.prometheus.client.MetricFamily` after the
/// other, its length before it. The numbers are those of the fields in `metrics.proto`.
@Confined("reader")
final class MetricFamilies implements MetricSink {
    /// What the answer's `content-type` says.
    static final String CONTENT_TYPE =
            "application/vnd.google.protobuf; proto=io.prometheus.client.MetricFamily;"
                    + " encoding=delimited";

    private final boolean isNative;
    private final ByteArrayOutputStream whole = new ByteArrayOutputStream(64 * 1024);
    private WireWriter family = new WireWriter();
    private Kind kind = Kind.COUNTER;

    /// @param isNative whether histograms have their native buckets, too, where they are counted
    MetricFamilies(boolean isNative) {
        this.isNative = isNative;
    }

    /// All that was told so far.
    Bytes bytes() {
        close();
        return Bytes.of(whole.toByteArray());
    }

    @Override
    public void family(String name, Kind of) {
        close();
        kind = of;
        family = new WireWriter(4096).text(1, name);
        family.number(
                3,
                switch (of) {
                    case COUNTER -> 0;
                    case GAUGE -> 1;
                    case HISTOGRAM -> 4;
                });
    }

    private void close() {
        byte[] message = family.toBytes().toByteArray();
        if (message.length > 0) {
            int rest = message.length;
            while (rest >= 0x80) {
                whole.write(rest | 0x80);
                rest >>>= 7;
            }
            whole.write(rest);
            whole.writeBytes(message);
        }
        family = new WireWriter();
    }

    @Override
    public void number(MemberLabels labels, double value) {
        WireWriter member = member(labels);
        member.message(
                kind == Kind.GAUGE ? 2 : 3,
                new WireWriter(16).fixed64(1, Double.doubleToRawLongBits(value)));
        family.message(4, member);
    }

    @Override
    public void distribution(MemberLabels labels, Distribution values) {
        long[] natives = isNative ? values.natives() : new long[0];
        var histogram = new WireWriter(1024);
        // Somebody counts meanwhile, and Prometheus refuses a count that is not that of the
        // buckets.
        histogram.number(1, natives.length == 0 ? values.count() : Arrays.stream(natives).sum());
        histogram.fixed64(2, Double.doubleToRawLongBits(values.sum() * values.unit()));
        HistogramBounds bounds = values.bounds();
        for (int i = 0; i < bounds.count(); i++) {
            histogram.message(
                    3,
                    new WireWriter(32)
                            .number(1, values.atMost(i))
                            .fixed64(2, Double.doubleToRawLongBits(bounds.upper(i))));
        }
        if (natives.length > 0) {
            natives(natives, histogram);
        }
        family.message(4, member(labels).message(7, histogram));
    }

    private static WireWriter member(MemberLabels labels) {
        var out = new WireWriter(1024);
        for (int i = 0; i < labels.names().size(); i++) {
            out.message(
                    1,
                    new WireWriter(128)
                            .text(1, labels.names().get(i))
                            .text(2, labels.values().get(i)));
        }
        return out;
    }

    /// Buckets that hold something, as runs of neighbours (spans) and the difference of each from
    /// the one before it.
    private static void natives(long[] counts, WireWriter out) {
        out.number(5, zigzag(NativeBuckets.SCHEMA));
        out.fixed64(6, Double.doubleToRawLongBits(NativeBuckets.ZERO_THRESHOLD));
        out.number(7, counts[0]);
        int behind = 0; // Prometheus' number of the bucket behind the last span
        long before = 0;
        int slot = 1;
        while (slot < counts.length) {
            if (counts[slot] == 0) {
                slot++;
                continue;
            }
            int from = slot;
            for (; slot < counts.length && counts[slot] != 0; slot++) {
                out.number(13, zigzag(counts[slot] - before));
                before = counts[slot];
            }
            int index = NativeBuckets.index(from);
            out.message(
                    12, new WireWriter(8).number(1, zigzag(index - behind)).number(2, slot - from));
            behind = index + slot - from;
        }
    }

    private static long zigzag(long number) {
        return number << 1 ^ number >> 63;
    }
}
