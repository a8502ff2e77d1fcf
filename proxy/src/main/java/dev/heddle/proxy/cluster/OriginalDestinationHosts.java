package dev.heddle.proxy.cluster;

import dev.heddle.proxy.config.ClusterConfig.Discovery;
import dev.heddle.proxy.http.RequestHead;
import dev.heddle.proxy.observe.Tally;
import dev.heddle.proxy.runtime.AddressText;
import dev.heddle.proxy.runtime.Confined;
import dev.heddle.proxy.runtime.Deadline;
import dev.heddle.proxy.runtime.Worker;
import dev.heddle.proxy.upstream.ClusterStat;
import dev.heddle.proxy.upstream.Host;
import dev.heddle.proxy.upstream.LoadBalancer;
import dev.heddle.proxy.upstream.Pick;
import dev.heddle.proxy.upstream.PickContext;
import dev.heddle.telemetry.SocketAddressText;
import java.net.InetSocketAddress;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// The hosts of one worker that redirected connections were made to: each is made when somebody
/// wants to go there, and forgotten when nobody has for a while and no connection to it is left.
///
/// Clients choose the addresses, so there are at most [#MOST]. One more takes the place of the one
/// that was wanted longest ago: its idle connections are closed, what is in flight may end.
@Confined("worker")
final class OriginalDestinationHosts implements LoadBalancer {
    /// A host costs some hundred bytes, its connections aside.
    static final int MOST = 4096;

    private final Discovery.OriginalDestination question;
    private final Tally<ClusterStat> stats;
    private final Deadline look;

    /// The one that was wanted longest ago comes first.
    private final LinkedHashMap<InetSocketAddress, Found> found =
            new LinkedHashMap<>(16, 0.75f, true);

    /// Counts the looks for hosts that nobody uses, from 0.
    private long round;

    OriginalDestinationHosts(
            Discovery.OriginalDestination question, Worker worker, Tally<ClusterStat> stats) {
        this.question = question;
        this.stats = stats;
        this.look = worker.deadline(this::onLook);
    }

    /// A host, and the round in which it was wanted last.
    @Confined("worker")
    private static final class Found {
        private final Host host;
        private long round;

        Found(Host host) {
            this.host = host;
        }
    }

    Discovery.OriginalDestination question() {
        return question;
    }

    List<Host> hosts() {
        return found.values().stream().map(it -> it.host).toList();
    }

    @Override
    public Pick pick(PickContext context) {
        InetSocketAddress wanted = wanted(context);
        if (wanted == null) {
            return Pick.NoHealthyHost.NONE;
        }
        Found known = found.get(wanted);
        if (known == null) {
            known = new Found(newHost(wanted));
            add(wanted, known);
        }
        known.round = round;
        return known.host;
    }

    private @Nullable InetSocketAddress wanted(PickContext context) {
        InetSocketAddress wanted = said(context.request());
        if (wanted == null) {
            wanted = context.originalDestination();
        }
        return wanted == null || question.port().isEmpty()
                ? wanted
                : new InetSocketAddress(wanted.getAddress(), question.port().getAsInt());
    }

    /// What the request itself says, if it may.
    private @Nullable InetSocketAddress said(@Nullable RequestHead request) {
        if (question.header().isEmpty() || request == null) {
            return null;
        }
        String text = request.headers().get(question.header().get());
        if (text == null || text.isEmpty()) {
            return null;
        }
        InetSocketAddress address = AddressText.parse(text);
        if (address == null) {
            stats.add(ClusterStat.ORIGINAL_DST_HOST_INVALID);
        }
        return address;
    }

    private static Host newHost(InetSocketAddress address) {
        return new Host(address, Objects.requireNonNull(SocketAddressText.whole(address)), 1);
    }

    private void add(InetSocketAddress address, Found host) {
        if (found.size() == MOST) {
            Iterator<Map.Entry<InetSocketAddress, Found>> all = found.entrySet().iterator();
            forget(all.next().getValue());
            all.remove();
        }
        found.put(address, host);
        stats.add(ClusterStat.ORIGINAL_DST_HOSTS_ACTIVE);
        if (!look.isSet()) {
            look.set(question.cleanup().toNanos());
        }
    }

    /// Whoever was not wanted since the last look and has no connection goes.
    private void onLook() {
        found.values()
                .removeIf(it -> {
                    boolean isUnused = it.round < round && !it.host.isUsed();
                    if (isUnused) {
                        forget(it);
                    }
                    return isUnused;
                });
        round++;
        if (!found.isEmpty()) {
            look.set(question.cleanup().toNanos());
        }
    }

    private void forget(Found gone) {
        gone.host.drain();
        stats.add(ClusterStat.ORIGINAL_DST_HOSTS_ACTIVE, -1);
    }

    /// The cluster is no more: what is in flight may end.
    void drain() {
        look.discard();
        found.values().forEach(this::forget);
        found.clear();
    }
}
