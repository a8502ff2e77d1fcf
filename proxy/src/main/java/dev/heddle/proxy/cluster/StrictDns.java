package dev.heddle.proxy.cluster;

import dev.heddle.proxy.config.Assignment;
import dev.heddle.proxy.config.ClusterConfig;
import dev.heddle.proxy.config.ClusterConfig.Discovery.Timing;
import dev.heddle.proxy.config.DnsHosts;
import dev.heddle.proxy.runtime.Confined;
import dev.heddle.proxy.runtime.InternalAddress;
import dev.heddle.proxy.runtime.PathAddress;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.security.Security;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.random.RandomGenerator;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Resolves the names of clusters again and again, each name by itself.
///
/// Every address of every name is a host (`STRICT_DNS`), or all of the one name are one host
/// (`LOGICAL_DNS`), which has further addresses where both families are wanted. A look-up that
/// fails leaves the last good hosts as they are. How long an answer lives counts as far as the
/// resolver tells it; the JDK's does not.
@Confined("config thread")
public final class StrictDns implements DnsHosts {

    private static final Logger LOG = LoggerFactory.getLogger(StrictDns.class);

    /// Answers a name; may take its time.
    public interface Resolver {
        /// @throws UnknownHostException when there is no answer
        List<InetAddress> resolve(String name) throws UnknownHostException;
    }

    private final Resolver resolver;
    private final ScheduledExecutorService configThread;
    private final Executor lookUps;
    private final RandomGenerator random;
    private final Map<String, Watch> watches = new HashMap<>();

    /// @param configThread on which watchers are told
    /// @param lookUps where a look-up may block
    /// @param random so that many proxies do not ask all at once
    public StrictDns(
            Resolver resolver,
            ScheduledExecutorService configThread,
            Executor lookUps,
            RandomGenerator random) {
        this.resolver = resolver;
        this.configThread = configThread;
        this.lookUps = lookUps;
        this.random = random;
    }

    /// The operating system's resolver, asked each time: the JDK would remember an answer for
    /// longer than a cluster may want, and that there was none.
    public static Resolver system() {
        Security.setProperty("networkaddress.cache.ttl", "0");
        Security.setProperty("networkaddress.cache.negative.ttl", "0");
        return name -> List.of(InetAddress.getAllByName(name));
    }

    @Override
    public void watch(
            String cluster,
            ClusterConfig.Discovery.Dns question,
            Consumer<Optional<Assignment>> found) {
        forget(cluster);
        var watch = new Watch(cluster, question, found);
        watches.put(cluster, watch);
        watch.begin();
    }

    @Override
    public void forget(String cluster) {
        Watch watch = watches.remove(cluster);
        if (watch != null) {
            watch.isOver = true;
        }
    }

    /// How long to wait before the next look-up.
    ///
    /// @param failures in a row up to now; 0 after an answer
    static long waitNanos(Timing timing, int failures, RandomGenerator random) {
        if (failures == 0) {
            return timing.refresh().toNanos() + upTo(timing.jitter().toNanos(), random);
        }
        long first = timing.failure().first().toNanos();
        long longest = timing.failure().longest().toNanos();
        if (first == longest) {
            return first;
        }
        long most = Math.min(longest, first << Math.min(failures - 1, 20));
        return 1 + upTo(most, random);
    }

    private static long upTo(long most, RandomGenerator random) {
        return most <= 0 ? 0 : random.nextLong(most);
    }

    /// The addresses of an answer that a family stands for, in a stable order.
    static List<InetAddress> ofFamily(List<InetAddress> answer, ClusterConfig.Family family) {
        List<InetAddress> v4 = answer.stream().filter(Inet4Address.class::isInstance).toList();
        List<InetAddress> v6 = answer.stream().filter(it -> !(it instanceof Inet4Address)).toList();
        return switch (family) {
            case V4_ONLY -> v4;
            case V6_ONLY -> v6;
            case V4_PREFERRED -> v4.isEmpty() ? v6 : v4;
            case AUTO -> v6.isEmpty() ? v4 : v6;
            case ALL -> answer;
        };
    }

    /// One cluster's names.
    @Confined("config thread")
    private final class Watch {
        private final String cluster;
        private final ClusterConfig.Discovery.Dns question;
        private final Consumer<Optional<Assignment>> found;
        private final Map<String, Name> names = new LinkedHashMap<>();
        private Optional<Assignment> told = Optional.empty();
        private boolean hasTold;
        private boolean isOver;

        Watch(
                String cluster,
                ClusterConfig.Discovery.Dns question,
                Consumer<Optional<Assignment>> found) {
            this.cluster = cluster;
            this.question = question;
            this.found = found;
            question.hosts().places().stream()
                    .flatMap(place -> place.endpoints().stream())
                    .filter(endpoint -> isName(endpoint.address()))
                    .map(endpoint -> endpoint.address().getHostString())
                    .forEach(name -> names.putIfAbsent(name, new Name(this, name)));
        }

        private static boolean isName(InetSocketAddress address) {
            return address.isUnresolved()
                    && InternalAddress.of(address).isEmpty()
                    && PathAddress.of(address) == null;
        }

        void begin() {
            names.values().forEach(Name::lookUp);
            tell();
        }

        /// Says what is known, once each name has had an answer or none, and when that is news.
        private void tell() {
            if (names.values().stream().allMatch(name -> name.isAsked)) {
                Optional<Assignment> now = hosts();
                if (!hasTold || (now.isPresent() && !now.equals(told))) {
                    hasTold = true;
                    told = now;
                    found.accept(now);
                }
            }
        }

        /// Empty when no name had an answer yet.
        private Optional<Assignment> hosts() {
            boolean isKnown =
                    names.isEmpty() || names.values().stream().anyMatch(name -> name.last != null);
            Assignment hosts = question.hosts();
            return isKnown
                    ? Optional.of(
                            new Assignment(
                                    hosts.cluster(),
                                    hosts.places().stream().map(this::place).toList(),
                                    hosts.overprovisioningPercent()))
                    : Optional.empty();
        }

        private Assignment.Place place(Assignment.Place place) {
            return new Assignment.Place(
                    place.locality(),
                    place.priority(),
                    place.weight(),
                    place.endpoints().stream().flatMap(this::resolved).toList());
        }

        private Stream<Assignment.Endpoint> resolved(Assignment.Endpoint endpoint) {
            Name name = names.get(endpoint.address().getHostString());
            if (!isName(endpoint.address()) || name == null) {
                return Stream.of(endpoint);
            }
            List<InetAddress> addresses = name.last == null ? List.of() : name.last;
            if (!question.isLogical()) {
                return addresses.stream().map(it -> at(endpoint, List.of(it)));
            }
            return addresses.isEmpty() ? Stream.of() : Stream.of(at(endpoint, addresses));
        }

        private Assignment.Endpoint at(Assignment.Endpoint endpoint, List<InetAddress> addresses) {
            int port = endpoint.address().getPort();
            List<InetSocketAddress> all =
                    addresses.stream().map(it -> new InetSocketAddress(it, port)).toList();
            return new Assignment.Endpoint(
                    all.getFirst(),
                    all.subList(1, all.size()),
                    endpoint.hostname().isEmpty()
                            ? endpoint.address().getHostString()
                            : endpoint.hostname(),
                    endpoint.weight(),
                    endpoint.health(),
                    endpoint.socketLabels(),
                    endpoint.destination(),
                    endpoint.hashKey(),
                    endpoint.check(),
                    endpoint.metadata());
        }

        /// What of an answer counts; empty where that is nothing to go by.
        private Optional<List<InetAddress>> counted(List<InetAddress> answer) {
            List<InetAddress> all =
                    ofFamily(answer, question.family()).stream().distinct().toList();
            if (!question.isLogical()) {
                return Optional.of(
                        all.stream()
                                .sorted(
                                        Comparator.comparing(
                                                InetAddress::getAddress, Arrays::compare))
                                .toList());
            }
            if (all.isEmpty()) {
                return Optional.empty();
            }
            boolean isRace = question.family() == ClusterConfig.Family.ALL;
            return Optional.of(isRace ? all : all.subList(0, 1));
        }
    }

    /// One name.
    @Confined("config thread")
    private final class Name {
        private final Watch watch;
        private final String name;
        private @Nullable List<InetAddress> last;
        private boolean isAsked;
        private int failures;

        Name(Watch watch, String name) {
            this.watch = watch;
            this.name = name;
        }

        void lookUp() {
            if (!watch.isOver) {
                lookUps.execute(() -> {
                    Optional<List<InetAddress>> answer = answer();
                    try {
                        configThread.execute(() -> onAnswer(answer));
                    } catch (RejectedExecutionException e) {
                        LOG.debug("{}: an answer came after the proxy's end", name, e);
                    }
                });
            }
        }

        private Optional<List<InetAddress>> answer() {
            try {
                return watch.counted(resolver.resolve(name));
            } catch (UnknownHostException e) {
                LOG.debug("cluster '{}': {} has no address", watch.cluster, name, e);
                return Optional.empty();
            }
        }

        private void onAnswer(Optional<List<InetAddress>> answer) {
            if (watch.isOver) {
                return;
            }
            isAsked = true;
            failures = answer.isPresent() ? 0 : failures + 1;
            answer.ifPresent(now -> last = now);
            watch.tell();
            var _ =
                    configThread.schedule(
                            this::lookUp,
                            waitNanos(watch.question.timing(), failures, random),
                            TimeUnit.NANOSECONDS);
        }
    }
}
