package dev.heddle.proxy.cluster;

import dev.heddle.proxy.config.Assignment;
import dev.heddle.proxy.config.ClusterConfig;
import dev.heddle.proxy.config.DnsHosts;
import dev.heddle.proxy.runtime.Confined;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Resolves the names of clusters again and again.
///
/// Every address of every name is a host (`STRICT_DNS`), or only the first (`LOGICAL_DNS`). A
/// look-up that fails leaves the last good hosts as they are. The JDK's resolver does not tell how
/// long an answer lives, so `respect_dns_ttl` means the refresh rate here too, and the JDK's own
/// cache is to be set no longer than that (`networkaddress.cache.ttl`).
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
    private final Map<String, Watch> watches = new HashMap<>();

    /// @param configThread on which watchers are told
    /// @param lookUps where a look-up may block
    public StrictDns(Resolver resolver, ScheduledExecutorService configThread, Executor lookUps) {
        this.resolver = resolver;
        this.configThread = configThread;
        this.lookUps = lookUps;
    }

    /// The operating system's resolver.
    public static Resolver system() {
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
        watch.lookUp();
    }

    @Override
    public void forget(String cluster) {
        Watch watch = watches.remove(cluster);
        if (watch != null) {
            watch.isOver = true;
        }
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
        private final Map<String, List<InetAddress>> lastGood = new ConcurrentHashMap<>();
        private @Nullable Assignment last;
        private boolean isOver;

        Watch(
                String cluster,
                ClusterConfig.Discovery.Dns question,
                Consumer<Optional<Assignment>> found) {
            this.cluster = cluster;
            this.question = question;
            this.found = found;
        }

        void lookUp() {
            if (!isOver) {
                lookUps.execute(() -> {
                    Optional<Assignment> answer = answer();
                    tell(() -> onAnswer(answer));
                });
            }
        }

        private void tell(Runnable task) {
            try {
                configThread.execute(task);
            } catch (RejectedExecutionException e) {
                LOG.debug("cluster '{}': an answer came after the proxy's end", cluster, e);
            }
        }

        private void onAnswer(Optional<Assignment> answer) {
            if (isOver) {
                return;
            }
            boolean isNews = answer.isPresent() ? !answer.get().equals(last) : last == null;
            if (isNews) {
                last = answer.orElse(null);
                found.accept(answer);
            }
            Duration wait = question.refresh();
            var _ = configThread.schedule(this::lookUp, wait.toNanos(), TimeUnit.NANOSECONDS);
        }

        /// Empty when no name had an answer.
        private Optional<Assignment> answer() {
            var places = new ArrayList<Assignment.Place>();
            boolean answered = false;
            for (Assignment.Place place : question.hosts().places()) {
                var endpoints = new ArrayList<Assignment.Endpoint>();
                for (Assignment.Endpoint endpoint : place.endpoints()) {
                    List<Assignment.Endpoint> resolved = resolve(endpoint);
                    answered |= !resolved.isEmpty();
                    endpoints.addAll(resolved);
                }
                places.add(
                        new Assignment.Place(
                                place.locality(), place.priority(), place.weight(), endpoints));
            }
            Assignment hosts = question.hosts();
            return answered || hosts.size() == 0
                    ? Optional.of(
                            new Assignment(
                                    hosts.cluster(), places, hosts.overprovisioningPercent()))
                    : Optional.empty();
        }

        private List<Assignment.Endpoint> resolve(Assignment.Endpoint endpoint) {
            if (!endpoint.address().isUnresolved()) {
                return List.of(endpoint);
            }
            String name = endpoint.address().getHostString();
            return addresses(name).stream().map(it -> at(endpoint, it)).toList();
        }

        /// Those of the last answer when there is none now.
        private List<InetAddress> addresses(String name) {
            try {
                List<InetAddress> now =
                        ofFamily(resolver.resolve(name), question.family()).stream()
                                .distinct()
                                .limit(question.firstOnly() ? 1 : Long.MAX_VALUE)
                                .sorted(
                                        Comparator.comparing(
                                                InetAddress::getAddress, Arrays::compare))
                                .toList();
                lastGood.put(name, now);
                return now;
            } catch (UnknownHostException e) {
                LOG.debug("cluster '{}': {} has no address", cluster, name, e);
                return lastGood.getOrDefault(name, List.of());
            }
        }

        private Assignment.Endpoint at(Assignment.Endpoint endpoint, InetAddress address) {
            String name = endpoint.address().getHostString();
            return new Assignment.Endpoint(
                    new InetSocketAddress(address, endpoint.address().getPort()),
                    endpoint.hostname().isEmpty() ? name : endpoint.hostname(),
                    endpoint.weight(),
                    endpoint.health(),
                    endpoint.socketLabels());
        }
    }
}
