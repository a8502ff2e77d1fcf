package dev.heddle.bench.jmh;

import dev.heddle.proxy.runtime.Confined;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadInfo;
import java.lang.management.ThreadMXBean;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.openjdk.jmh.infra.BenchmarkParams;
import org.openjdk.jmh.infra.IterationParams;
import org.openjdk.jmh.profile.InternalProfiler;
import org.openjdk.jmh.results.AggregationPolicy;
import org.openjdk.jmh.results.IterationResult;
import org.openjdk.jmh.results.Result;
import org.openjdk.jmh.results.ScalarResult;

/// What threads beside the benchmark's take of processors, for each operation: those of a proxy
/// that the benchmark asks, but none of the JVM's own, which compile and collect.
@Confined("JMH's thread")
public final class OtherThreads implements InternalProfiler {
    private static final double NANOS_PER_MILLI = 1e6;

    /// Of JMH's own, which makes the operations.
    private static final String BENCHMARKS = "jmh-worker";

    private Map<Long, Long> before = Map.of();

    @Override
    public String getDescription() {
        return "Processor time of the Java threads that make no operations";
    }

    @Override
    public void beforeIteration(BenchmarkParams benchmark, IterationParams iteration) {
        before = times();
    }

    @Override
    public Collection<? extends Result<?>> afterIteration(
            BenchmarkParams benchmark, IterationParams iteration, IterationResult result) {
        long nanos = 0;
        for (var thread : times().entrySet()) {
            nanos += thread.getValue() - before.getOrDefault(thread.getKey(), 0L);
        }
        long operations = Math.max(1, result.getMetadata().getAllOps());
        return List.of(
                new ScalarResult(
                        "cpu.others",
                        nanos / NANOS_PER_MILLI / operations,
                        "ms/op",
                        AggregationPolicy.AVG));
    }

    private static Map<Long, Long> times() {
        ThreadMXBean threads = ManagementFactory.getThreadMXBean();
        long own = Thread.currentThread().threadId();
        var times = new HashMap<Long, Long>();
        for (ThreadInfo thread : threads.getThreadInfo(threads.getAllThreadIds())) {
            if (thread != null
                    && thread.getThreadId() != own
                    && !thread.getThreadName().contains(BENCHMARKS)) {
                times.put(
                        thread.getThreadId(),
                        Math.max(0, threads.getThreadCpuTime(thread.getThreadId())));
            }
        }
        return times;
    }
}
