package dev.heddle.bench.jmh;

import dev.heddle.proxy.config.HeaderEdits;
import dev.heddle.proxy.config.RouteConfig;
import dev.heddle.proxy.config.TlsMatch;
import dev.heddle.proxy.http.RequestHead;
import dev.heddle.proxy.route.RouteEntry;
import dev.heddle.proxy.route.table.CompiledRoutes;
import dev.heddle.proxy.runtime.Confined;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/// Finding the route of a request, once for each request: the virtual host by its name, then the
/// first of its routes that matches.
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(2)
@Confined("one JMH thread")
public class RouteMatchBench {
    private static final int ROUTES_PER_HOST = 10;

    private final RandomGenerator random = new SplittableRandom(1);
    private final RequestHead busy =
            RequestHead.of("GET", "http", "svc-0.bench", "/r/" + (ROUTES_PER_HOST - 1) + "/1024");
    private final RequestHead stranger = RequestHead.of("GET", "http", "elsewhere", "/");
    private CompiledRoutes routes = CompiledRoutes.of(table(0));

    /// How many routes the table has; ten for each virtual host.
    @Param({"10", "1000", "10000"})
    int size;

    /// Compiles the table.
    @Setup
    public void compile() {
        routes = CompiledRoutes.of(table(size / ROUTES_PER_HOST));
    }

    /// The last route of a host: nine others are looked at before.
    @Benchmark
    public @Nullable RouteEntry lastRouteOfAHost() {
        return routes.match(busy, random);
    }

    /// A host that the table doesn't know.
    @Benchmark
    public @Nullable RouteEntry unknownHost() {
        return routes.match(stranger, random);
    }

    private static RouteConfig table(int hosts) {
        var virtualHosts = new ArrayList<RouteConfig.VirtualHost>();
        for (int host = 0; host < hosts; host++) {
            var routes = new ArrayList<RouteConfig.Route>();
            for (int route = 0; route < ROUTES_PER_HOST; route++) {
                routes.add(route("/r/" + route + "/", "b" + host));
            }
            virtualHosts.add(
                    new RouteConfig.VirtualHost(
                            "b" + host,
                            List.of("svc-" + host + ".bench"),
                            routes,
                            RouteConfig.RequireTls.NONE,
                            HeaderEdits.Both.NONE,
                            List.of()));
        }
        return new RouteConfig("bench", virtualHosts, HeaderEdits.Both.NONE, true, false);
    }

    private static RouteConfig.Route route(String prefix, String cluster) {
        var match =
                new RouteConfig.Match(
                        new RouteConfig.Path.Prefix(prefix),
                        false,
                        List.of(),
                        List.of(),
                        false,
                        List.of(),
                        TlsMatch.ANY,
                        Optional.empty());
        var forward =
                new RouteConfig.Action.Forward(
                        new RouteConfig.Destination.One(cluster),
                        new RouteConfig.PathRewrite.None(),
                        new RouteConfig.HostRewrite.None(),
                        false,
                        Duration.ofSeconds(15),
                        Optional.empty());
        return new RouteConfig.Route("", match, forward, HeaderEdits.Both.NONE);
    }
}
