package dev.heddle.control.meter;

import java.util.Locale;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.concurrent.atomic.LongAdder;

/// How numbers are distributed, as Prometheus counts it. Callable from any thread.
final class Distribution {
    private final double[] bounds;
    private final AtomicLongArray counts;

    /// In millionths, so that threads can add to it.
    private final LongAdder sum = new LongAdder();

    /// @param bounds the upper ones, from the least
    Distribution(double... bounds) {
        this.bounds = bounds.clone();
        this.counts = new AtomicLongArray(bounds.length + 1);
    }

    /// Of seconds, with the bounds of Istio's control plane.
    static Distribution ofSeconds() {
        return new Distribution(0.01, 0.05, 0.1, 0.5, 1, 3, 5, 10, 20, 30);
    }

    /// Of bytes, with the bounds of Istio's control plane.
    static Distribution ofBytes() {
        return new Distribution(1, 10_000, 1_000_000, 4_000_000, 10_000_000, 40_000_000);
    }

    void add(double value) {
        int at = 0;
        while (at < bounds.length && value > bounds[at]) {
            at++;
        }
        counts.incrementAndGet(at);
        sum.add(Math.round(value * 1e6));
    }

    void print(StringBuilder out, String name, String label) {
        String comma = label.isEmpty() ? "" : ",";
        long total = 0;
        for (int i = 0; i <= bounds.length; i++) {
            total += counts.get(i);
            String bound = i == bounds.length ? "+Inf" : number(bounds[i]);
            out.append(name).append("_bucket{").append(label).append(comma);
            out.append("le=\"").append(bound).append("\"} ").append(total).append('\n');
        }
        String braces = label.isEmpty() ? "" : "{" + label + "}";
        out.append(name).append("_sum").append(braces).append(' ');
        out.append(number(sum.sum() / 1e6)).append('\n');
        out.append(name).append("_count").append(braces).append(' ').append(total).append('\n');
    }

    private static String number(double value) {
        return value == Math.rint(value)
                ? Long.toString((long) value)
                : String.format(Locale.ROOT, "%s", value);
    }
}
