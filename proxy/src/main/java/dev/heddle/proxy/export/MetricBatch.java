package dev.heddle.proxy.export;

import dev.heddle.proxy.runtime.Confined;
import dev.heddle.xds.wire.Bytes;
import dev.heddle.xds.wire.WireWriter;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// Points of metrics for a collector of OpenTelemetry, put together as an
/// `ExportMetricsServiceRequest`. The numbers are those of the fields in OpenTelemetry's `.proto`
/// files.
@Confined("config thread")
public final class MetricBatch {
    /// The call, as HTTP/2 names it.
    public static final String METHOD =
            "/opentelemetry.proto.collector.metrics.v1.MetricsService/Export";

    private static final int DELTA = 1;
    private static final int CUMULATIVE = 2;
    private static final int GAUGE = 5;
    private static final int SUM = 7;
    private static final int HISTOGRAM = 9;

    private final Map<String, Family> families = new LinkedHashMap<>();
    private int points;

    /// Points under one name.
    private record Family(int kind, boolean isDelta, WireWriter points) {}

    /// When something was counted.
    ///
    /// @param startNanos since when, in nanoseconds since 1970 began
    /// @param endNanos until when
    /// @param isDelta whether it is what was counted between the two, not since the beginning
    public record Span(long startNanos, long endNanos, boolean isDelta) {}

    /// What members of a family are told apart by.
    ///
    /// @param names of the same number as their values
    public record Attributes(List<String> names, List<String> values) {
        public Attributes {
            names = List.copyOf(names);
            values = List.copyOf(values);
        }

        private void write(int field, WireWriter out) {
            for (int i = 0; i < names.size(); i++) {
                out.message(field, attribute(names.get(i), values.get(i)));
            }
        }
    }

    /// How many points there are.
    public int points() {
        return points;
    }

    /// Adds what was added up.
    public void sum(String name, Attributes attributes, Span span, long value) {
        WireWriter point = new WireWriter(1024);
        point.fixed64(2, span.startNanos()).fixed64(3, span.endNanos()).fixed64(6, value);
        attributes.write(7, point);
        family(name, SUM, span).points().message(1, point);
        points++;
    }

    /// Adds what was added up since the beginning, in parts of a unit.
    public void total(String name, Span span, double value) {
        family(name, SUM, span).points().message(1, point(span, value));
        points++;
    }

    /// Adds what there is now.
    public void level(String name, Span span, double value) {
        family(name, GAUGE, span).points().message(1, point(span, value));
        points++;
    }

    private static WireWriter point(Span span, double value) {
        return new WireWriter(64)
                .fixed64(2, span.startNanos())
                .fixed64(3, span.endNanos())
                .fixed64(4, Double.doubleToRawLongBits(value));
    }

    /// Adds what was distributed over buckets.
    ///
    /// @param counts of each bucket, and behind them of what is above the last bound
    /// @param sum of all values
    public void distribution(
            String name,
            Attributes attributes,
            Span span,
            long[] counts,
            double[] bounds,
            long sum) {
        long count = 0;
        ByteBuffer packed =
                ByteBuffer.allocate(counts.length * Long.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        for (long each : counts) {
            packed.putLong(each);
            count += each;
        }
        ByteBuffer limits =
                ByteBuffer.allocate(bounds.length * Double.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        for (double bound : bounds) {
            limits.putDouble(bound);
        }
        WireWriter point = new WireWriter(1536);
        point.fixed64(2, span.startNanos()).fixed64(3, span.endNanos()).fixed64(4, count);
        point.fixed64(5, Double.doubleToRawLongBits((double) sum));
        point.bytes(6, Bytes.of(packed.array())).bytes(7, Bytes.of(limits.array()));
        attributes.write(9, point);
        family(name, HISTOGRAM, span).points().message(1, point);
        points++;
    }

    private Family family(String name, int kind, Span span) {
        return families.computeIfAbsent(
                name, _ -> new Family(kind, span.isDelta(), new WireWriter(4096)));
    }

    /// The message.
    ///
    /// @param resource who tells
    public byte[] message(Map<String, String> resource) {
        var about = new WireWriter();
        resource.forEach((name, value) -> about.message(1, attribute(name, value)));
        var scope = new WireWriter().message(1, new WireWriter().text(1, "heddle"));
        families.forEach((name, family) -> {
            WireWriter data = new WireWriter().raw(family.points().toBytes());
            if (family.kind() != GAUGE) {
                data.number(2, family.isDelta() ? DELTA : CUMULATIVE);
            }
            if (family.kind() == SUM) {
                data.number(3, 1);
            }
            scope.message(2, new WireWriter().text(1, name).message(family.kind(), data));
        });
        return new WireWriter()
                .message(1, new WireWriter().message(1, about).message(2, scope))
                .toBytes()
                .toByteArray();
    }

    private static WireWriter attribute(String name, String value) {
        return new WireWriter().text(1, name).message(2, new WireWriter().text(1, value));
    }
}
