package dev.heddle.signals.rollup;

import dev.heddle.signals.record.Failures;
import dev.heddle.signals.record.RequestLog;
import dev.heddle.xds.Confined;

/// What calls add up to.
@Confined("caller")
public final class Tally {
    private long requests;
    private long errors;
    private long callersFaults;
    private long received;
    private long sent;
    private long durationMicros;
    private final Latencies latencies = new Latencies();

    /// Numbers of a tally, for the file.
    record Sums(
            long requests,
            long errors,
            long callersFaults,
            long received,
            long sent,
            long durationMicros) {}

    /// Adds one request, or one connection of TCP.
    public void add(RequestLog log) {
        requests++;
        if (log.isError()) {
            errors++;
        } else if (Failures.isCallersFault(log.outcome().code())) {
            callersFaults++;
        }
        received += log.outcome().received();
        sent += log.outcome().sent();
        addLatency(log.outcome().durationMicros());
    }

    private void addLatency(long micros) {
        durationMicros += Math.max(0, micros);
        latencies.add(micros);
    }

    /// Adds requests that ended alike.
    void addRequests(long count, boolean areErrors, boolean areCallersFaults) {
        requests += count;
        if (areErrors) {
            errors += count;
        } else if (areCallersFaults) {
            callersFaults += count;
        }
    }

    void addReceived(long bytes) {
        received += bytes;
    }

    void addSent(long bytes) {
        sent += bytes;
    }

    /// Gives the latencies, to be added to.
    Latencies timed(long micros) {
        durationMicros += micros;
        return latencies;
    }

    /// Adds all that another holds.
    public void add(Tally other) {
        add(other.sums());
        latencies.add(other.latencies);
    }

    void add(Sums sums) {
        requests += sums.requests;
        errors += sums.errors;
        callersFaults += sums.callersFaults;
        received += sums.received;
        sent += sums.sent;
        durationMicros += sums.durationMicros;
    }

    Sums sums() {
        return new Sums(requests, errors, callersFaults, received, sent, durationMicros);
    }

    /// How many requests, or connections of TCP, there were.
    public long requests() {
        return requests;
    }

    /// How many of them failed by the mesh's or the service's fault.
    public long errors() {
        return errors;
    }

    /// How many of them were answered 4xx.
    public long callersFaults() {
        return callersFaults;
    }

    /// Bytes from callers.
    public long received() {
        return received;
    }

    /// Bytes to callers.
    public long sent() {
        return sent;
    }

    /// All that they took, together.
    public long durationMicros() {
        return durationMicros;
    }

    /// How long they took.
    public Latencies latencies() {
        return latencies;
    }
}
