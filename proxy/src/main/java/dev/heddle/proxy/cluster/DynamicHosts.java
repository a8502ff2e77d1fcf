package dev.heddle.proxy.cluster;

import dev.heddle.proxy.config.ClusterConfig.Discovery;
import dev.heddle.proxy.http.RequestHead;
import dev.heddle.proxy.runtime.Confined;
import dev.heddle.proxy.runtime.Deadline;
import dev.heddle.proxy.runtime.Worker;
import dev.heddle.proxy.upstream.Host;
import dev.heddle.proxy.upstream.HostFinder;
import dev.heddle.proxy.upstream.LoadBalancer;
import dev.heddle.proxy.upstream.Pick;
import dev.heddle.proxy.upstream.PickContext;
import dev.heddle.telemetry.SocketAddressText;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.RejectedExecutionException;
import org.jspecify.annotations.Nullable;

/// The hosts of one worker that requests name: each is looked up when somebody wants to go there,
/// again and again while somebody does, and forgotten when nobody has for a while and no connection
/// to it is left. A look-up that fails leaves a known host as it is.
///
/// Clients choose the names, so there are at most as many as the cluster says; one more takes the
/// place of one that nobody uses, or is refused.
@Confined("worker")
final class DynamicHosts implements LoadBalancer, HostFinder {
    private static final int HTTP = 80;
    private static final int HTTPS = 443;

    private final Discovery.Dynamic question;
    private final boolean isSecured;
    private final Worker worker;
    private final LookUps lookUps;
    private final Deadline look;

    /// By `host:port`; the one that was wanted longest ago comes first.
    private final LinkedHashMap<String, Found> found = new LinkedHashMap<>(16, 0.75f, true);

    DynamicHosts(Discovery.Dynamic question, boolean isSecured, Worker worker, LookUps lookUps) {
        this.question = question;
        this.isSecured = isSecured;
        this.worker = worker;
        this.lookUps = lookUps;
        this.look = worker.deadline(this::onLook);
    }

    /// A name, and what is known of it.
    @Confined("worker")
    private static final class Found {
        private final String name;
        private final int port;
        private final List<Asker> waiting = new ArrayList<>();
        private @Nullable Host host;
        private boolean isAsked;
        private long wantedNanos;

        Found(String name, int port) {
            this.name = name;
            this.port = port;
        }
    }

    Discovery.Dynamic question() {
        return question;
    }

    boolean isSecured() {
        return isSecured;
    }

    List<Host> hosts() {
        return found.values().stream().map(it -> it.host).filter(Objects::nonNull).toList();
    }

    @Override
    public Pick pick(PickContext context) {
        RequestHead request = context.request();
        String wanted = request == null ? context.wantedHost() : request.authority();
        Found known = wanted == null ? null : found.get(key(wanted));
        if (known == null || known.host == null) {
            return Pick.NoHealthyHost.NONE;
        }
        known.wantedNanos = worker.nanos();
        return known.host;
    }

    @Override
    public @Nullable Outcome find(String name, Asker asker) {
        String key = key(name);
        Found known = found.get(key);
        if (known == null) {
            if (!hasRoom()) {
                return Outcome.OVERFLOW;
            }
            int colon = key.lastIndexOf(':');
            known =
                    new Found(
                            withoutBrackets(key.substring(0, colon)),
                            Integer.parseInt(key.substring(colon + 1)));
            found.put(key, known);
            if (!look.isSet()) {
                look.set(question.refresh().toNanos());
            }
        }
        known.wantedNanos = worker.nanos();
        if (known.host != null) {
            return Outcome.FOUND;
        }
        InetAddress literal = literal(known.name);
        if (literal != null) {
            take(known, List.of(literal));
            return Outcome.FOUND;
        }
        if (known.waiting.size() >= question.maxWaiting()) {
            return Outcome.OVERFLOW;
        }
        known.waiting.add(asker);
        ask(known);
        return null;
    }

    private static @Nullable InetAddress literal(String name) {
        try {
            return InetAddress.ofLiteral(name);
        } catch (IllegalArgumentException e) {
            return null;
        }
    }

    /// With the port that is usual where the name has none.
    private String key(String name) {
        String lower = name.toLowerCase(Locale.ROOT);
        return lower.lastIndexOf(':') > lower.lastIndexOf(']')
                ? lower
                : lower + ":" + (isSecured ? HTTPS : HTTP);
    }

    private static String withoutBrackets(String host) {
        return host.startsWith("[") && host.endsWith("]")
                ? host.substring(1, host.length() - 1)
                : host;
    }

    private boolean hasRoom() {
        if (found.size() < question.maxHosts()) {
            return true;
        }
        for (var all = found.values().iterator(); all.hasNext(); ) {
            Found it = all.next();
            if (!isUsed(it)) {
                forget(it);
                all.remove();
                return true;
            }
        }
        return false;
    }

    private static boolean isUsed(Found it) {
        return it.isAsked || (it.host != null && it.host.isUsed());
    }

    private void ask(Found it) {
        if (it.isAsked) {
            return;
        }
        it.isAsked = true;
        lookUps.find(
                it.name,
                answer -> {
                    try {
                        worker.execute(() -> onAnswer(it, answer));
                    } catch (RejectedExecutionException e) {
                        it.waiting.clear(); // the proxy has ended, and nobody waits any more
                    }
                });
    }

    private void onAnswer(Found it, Optional<List<InetAddress>> answer) {
        it.isAsked = false;
        List<InetAddress> addresses =
                answer.map(all -> StrictDns.ofFamily(all, question.family())).orElse(List.of());
        if (!addresses.isEmpty()) {
            take(it, addresses);
        } else if (it.host == null) {
            found.values().remove(it);
        }
        Outcome outcome = it.host == null ? Outcome.UNKNOWN : Outcome.FOUND;
        List<Asker> told = List.copyOf(it.waiting);
        it.waiting.clear();
        told.forEach(asker -> asker.onOutcome(outcome));
    }

    private static void take(Found it, List<InetAddress> answer) {
        List<InetSocketAddress> addresses =
                answer.stream().distinct().map(a -> new InetSocketAddress(a, it.port)).toList();
        String text = Objects.requireNonNull(SocketAddressText.whole(addresses.getFirst()));
        Host host = it.host;
        if (host == null) {
            it.host = new Host(addresses, text, 1, it.name, java.util.Map.of());
        } else if (!host.addresses().equals(addresses)) {
            host.move(addresses, text);
        }
    }

    /// Who was not wanted for long and has no connection goes; the others are looked up anew.
    private void onLook() {
        long old = worker.nanos() - question.unusedFor().toNanos();
        found.values()
                .removeIf(it -> {
                    boolean isUnused = it.wantedNanos < old && !isUsed(it);
                    if (isUnused) {
                        forget(it);
                    }
                    return isUnused;
                });
        for (Found it : List.copyOf(found.values())) {
            if (literal(it.name) == null) {
                ask(it);
            }
        }
        if (!found.isEmpty()) {
            look.set(question.refresh().toNanos());
        }
    }

    private static void forget(Found gone) {
        if (gone.host != null) {
            gone.host.drain();
        }
    }

    /// The cluster is no more: what is in flight may end.
    void drain() {
        look.discard();
        found.values().forEach(DynamicHosts::forget);
        found.clear();
    }
}
