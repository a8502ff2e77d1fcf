package dev.heddle.bench.stat;

/// What is measured, with its unit. The figures of one measurement are keyed by it.
public enum Metric {
    /// User and system time of the proxy's processes divided by the requests.
    CPU("CPU per request", "µs"),
    /// The part of [#CPU] that was spent in user mode.
    USER("user CPU per request", "µs"),
    /// The part of [#CPU] that was spent in the kernel.
    SYSTEM("system CPU per request", "µs"),
    /// [#CPU] in the first three seconds of a process's life.
    EARLY_CPU("CPU per request in seconds 0-3", "µs"),
    /// Answers a second, as the load generator saw them.
    RATE("requests per second", "1/s"),
    /// Requests for each second of the proxy's CPU time; with a connection each, handshakes.
    PER_CPU_SECOND("requests per CPU second", "1/s"),
    /// Bytes of answers for each second of the proxy's CPU time.
    BYTES_PER_CPU_SECOND("bytes per CPU second", "MB/s"),
    /// Median latency.
    P50("p50 latency", "µs"),
    /// Latency that one request of a hundred exceeds.
    P99("p99 latency", "µs"),
    /// [#P99] less the direct path's in the same round.
    ADDED_P99("added p99 latency", "µs"),
    /// Requests that were not answered as they should have been.
    ERRORS("failed requests", ""),
    /// System calls of the proxy's processes divided by the requests.
    SYSCALLS("system calls per request", ""),
    /// Bytes that the proxy's JVM allocated on its heap divided by the requests.
    ALLOCATED("allocated per request", "B"),
    /// Proportional set size after the start, before any load.
    PSS_IDLE("PSS when idle", "MB"),
    /// Proportional set size after 100,000 requests.
    PSS_LOADED("PSS after load", "MB"),
    /// The part of [#PSS_LOADED] that is a JVM's archive of classes.
    PSS_ARCHIVE("PSS of the class archive", "MB"),
    /// The part that is a JVM's heap.
    PSS_HEAP("PSS of the Java heap", "MB"),
    /// The part that is compiled code.
    PSS_CODE("PSS of compiled code", "MB"),
    /// The part that is the C library's pool: compilers, symbols, TLS.
    PSS_MALLOC("PSS of malloc", "MB"),
    /// The part that is mapped from other files: programs and libraries.
    PSS_LIBRARIES("PSS of libraries", "MB"),
    /// The other part: metadata of classes, stacks, buffers.
    PSS_REST("PSS of the rest", "MB"),
    /// [#PSS_LOADED] after a full collection, where there is a collector.
    PSS_COLLECTED("PSS after load and a full collection", "MB"),
    /// What 1,000 routes more add to [#PSS_COLLECTED].
    PSS_ROUTES("PSS per 1,000 routes", "MB"),
    /// What an idle connection adds to the proxy's PSS.
    PSS_CONNECTION("PSS per idle connection", "KB"),
    /// What an idle connection with TLS adds to the proxy's PSS.
    PSS_SECURED("PSS per idle TLS connection", "KB"),
    /// From starting the process to its first answered request.
    START("start to first request", "ms"),
    /// From writing a changed configuration to its first effect on a request, the slowest of a
    /// round.
    CHANGE("slowest change to effect", "ms"),
    /// Until a fleet of xDS clients that came all at once has its configuration.
    STORM("connect storm", "ms"),
    /// What each connected proxy adds to the control plane's PSS.
    PSS_PROXY("control plane's PSS per proxy", "KB"),
    /// Bytes that one changed endpoint sends to a proxy, divided by the bytes of its whole state.
    CHANGE_SHARE("bytes of an endpoint change / of all", "");

    private final String title;
    private final String unit;

    Metric(String title, String unit) {
        this.title = title;
        this.unit = unit;
    }

    /// What a reader calls it.
    public String title() {
        return title;
    }

    /// The unit of its values; empty for plain numbers.
    public String unit() {
        return unit;
    }
}
