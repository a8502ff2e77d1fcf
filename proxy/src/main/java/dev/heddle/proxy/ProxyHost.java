package dev.heddle.proxy;

import dev.heddle.proxy.ads.AdsTransport;
import dev.heddle.proxy.ads.SideCalls;
import dev.heddle.proxy.cluster.StrictDns;
import dev.heddle.proxy.config.ProxyBootstrap;
import dev.heddle.proxy.dns.ResolvConf;
import dev.heddle.proxy.overload.HeapUse;
import dev.heddle.proxy.runtime.Worker;
import dev.heddle.proxy.runtime.Workers;
import dev.heddle.proxy.upstream.HostSecurity;
import dev.heddle.xds.XdsType;
import dev.heddle.xds.client.Backoff;
import dev.heddle.xds.client.XdsClient;
import dev.heddle.xds.client.XdsSubscriber;
import io.netty.util.concurrent.Ticker;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Executor;
import java.util.concurrent.ScheduledExecutorService;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;

/// What a proxy runs on. A process gives it threads of its own; a simulation gives it one loop and
/// a clock that it turns itself, and everything else is the same.
///
/// @param workers the event loops; the proxy stops them when it ends
/// @param config runs the configuration's tasks one after the other; the proxy shuts it down unless
///   it is a worker's loop
/// @param ticker the clock of `config`
/// @param resolver answers the names of hosts
/// @param lookUps runs the resolver, which may block
/// @param nameServers that the machine has, asked for names that the configuration does not know
/// @param usedBytes how much memory the proxy holds on to
/// @param link makes the way to the control plane that the bootstrap names
public record ProxyHost(
        Workers workers,
        ScheduledExecutorService config,
        Ticker ticker,
        StrictDns.Resolver resolver,
        Executor lookUps,
        List<InetSocketAddress> nameServers,
        LongSupplier usedBytes,
        Links link) {

    public ProxyHost {
        nameServers = List.copyOf(nameServers);
    }

    /// Makes ways to control planes.
    public interface Links {
        /// @param security how a connection that begins now is secured; for the configuration's
        ///   thread
        ControlPlaneLink make(XdsSubscriber subscriber, Supplier<HostSecurity> security);
    }

    private static final Path RESOLV_CONF = Path.of("/etc/resolv.conf");

    /// With the memory of this process, on a machine without servers of names.
    public ProxyHost(
            Workers workers,
            ScheduledExecutorService config,
            Ticker ticker,
            StrictDns.Resolver resolver,
            Executor lookUps,
            Links link) {
        this(workers, config, ticker, resolver, lookUps, List.of(), HeapUse.of(workers), link);
    }

    /// The same with another memory.
    public ProxyHost withMemory(LongSupplier used) {
        return new ProxyHost(workers, config, ticker, resolver, lookUps, nameServers, used, link);
    }

    /// Threads of its own: one for each worker, and one for configuration. That one is a loop too:
    /// what the control plane says arrives, is read and is taken on one thread, and no worker waits
    /// for it.
    static ProxyHost ofProcess(ProxyBootstrap bootstrap, ProxySettings settings) {
        Workers workers =
                Workers.start(
                        settings.workers(),
                        settings.transport(),
                        settings.clock(),
                        index -> chance(settings, index));
        Workers apart =
                Workers.apart(
                        "config", settings.transport(), settings.clock(), chance(settings, -2));
        Worker config = apart.all().getFirst();
        StrictDns.Resolver resolver = StrictDns.system();
        Executor lookUps = Thread::startVirtualThread;
        return new ProxyHost(
                workers,
                config.executor(),
                Ticker.systemTicker(),
                resolver,
                lookUps,
                ResolvConf.servers(RESOLV_CONF),
                HeapUse.of(workers),
                (subscriber, security) -> {
                    var transport =
                            new AdsTransport(
                                    config,
                                    bootstrap.controlPlane().orElseThrow().address(),
                                    resolver::resolve,
                                    lookUps,
                                    security);
                    return new OverGrpc(
                            new XdsClient(
                                    transport,
                                    bootstrap.node().message(),
                                    subscriber,
                                    new XdsClient.Footing(
                                            config.executor(),
                                            config.executor(),
                                            settings.clock(),
                                            chance(settings, -1),
                                            Backoff.USUAL)),
                            transport);
                });
    }

    static RandomGenerator chance(ProxySettings settings, long salt) {
        return RandomGeneratorFactory.of("L64X128MixRandom").create(settings.seed() + salt);
    }

    private record OverGrpc(XdsClient client, AdsTransport transport) implements ControlPlaneLink {
        @Override
        public Optional<SideCalls> sideCalls() {
            return Optional.of(transport);
        }

        @Override
        public void start() {
            client.start();
        }

        @Override
        public void subscribe(XdsType type, Set<String> names) {
            client.subscribe(type, names);
        }

        @Override
        public Optional<Instant> connectedSince() {
            return client.status().connectedSince();
        }

        @Override
        public void close() {
            client.close();
        }
    }
}
