package dev.heddle.bench.jmh;

import dev.heddle.proxy.http.HeaderName;
import dev.heddle.proxy.http.Headers;
import dev.heddle.proxy.runtime.Confined;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/// Looking for a header and editing some, a handful of times for each request.
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(2)
@Confined("one JMH thread")
public class HeadersBench {
    private static final HeaderName ABSENT = HeaderName.of("x-not-there");
    private static final HeaderName LAST = HeaderName.of("x-header-11");
    private static final HeaderName ADDED = HeaderName.of("x-b3-sampled");

    private static final List<HeaderName> NAMES =
            IntStream.range(0, 12).mapToObj(i -> HeaderName.of("x-header-" + i)).toList();

    private final Headers headers = twelve();

    /// The last of twelve headers.
    @Benchmark
    public @Nullable String lastOfTwelve() {
        return headers.get(LAST);
    }

    /// A header that isn't there.
    @Benchmark
    public boolean absent() {
        return headers.contains(ABSENT);
    }

    /// A request's headers of usual size, used again for each request.
    @Benchmark
    public int refill() {
        headers.clear();
        fill(headers);
        return headers.size();
    }

    /// The same, then edited as a mesh does: one set, one replaced, one removed.
    @Benchmark
    public int refillAndEdit() {
        headers.clear();
        fill(headers);
        headers.set(ADDED, "0");
        headers.set(LAST, "another value");
        headers.remove(NAMES.getFirst());
        return headers.size();
    }

    private static Headers twelve() {
        var headers = new Headers();
        fill(headers);
        return headers;
    }

    private static void fill(Headers headers) {
        for (HeaderName name : NAMES) {
            headers.add(name, "a value of usual length");
        }
    }
}
