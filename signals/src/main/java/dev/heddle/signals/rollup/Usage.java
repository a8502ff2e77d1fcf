package dev.heddle.signals.rollup;

/// What the proxies of a workload cost over a time.
///
/// @param cpuSeconds time of processors
/// @param byteSeconds bytes of memory, each times the seconds for which it was there
/// @param seconds for which that is known, over all of its proxies
public record Usage(
        String workload, String namespace, double cpuSeconds, double byteSeconds, double seconds) {

    /// Memory of one proxy, on the average; 0 where nothing is known.
    public double bytes() {
        return seconds == 0 ? 0 : byteSeconds / seconds;
    }

    Usage plus(Usage other) {
        return new Usage(
                workload,
                namespace,
                cpuSeconds + other.cpuSeconds,
                byteSeconds + other.byteSeconds,
                seconds + other.seconds);
    }
}
