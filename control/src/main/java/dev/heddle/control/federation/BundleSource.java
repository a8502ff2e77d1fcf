package dev.heddle.control.federation;

import dev.heddle.control.federation.BundleEndpoint.Proof;
import dev.heddle.control.federation.BundleEndpoint.Wanted;
import dev.heddle.control.fetch.Reach;
import dev.heddle.control.fetch.WebFetch;
import dev.heddle.control.source.ConfigFile;
import dev.heddle.control.source.ConfigReader;
import dev.heddle.control.source.ConfigSource;
import dev.heddle.control.source.SavedFile;
import dev.heddle.control.source.SourceState;
import dev.heddle.model.Confined;
import dev.heddle.model.Diagnostic;
import dev.heddle.model.DiagnosticCode;
import dev.heddle.model.Resource;
import dev.heddle.model.policy.TrustBundle;
import dev.heddle.xds.identity.SpiffeBundle;
import dev.heddle.xds.identity.SpiffeId;
import dev.heddle.xds.secret.UnusableMaterial;
import dev.heddle.xds.token.JsonText;
import java.io.IOException;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Reads whom other trust domains believe, and adds it to what the files say.
///
/// ```
///   wanted ──read──▶ in force ──as its hint says──▶ read again
///      └──failed──▶ again after 1 s, then twice as long each time, 5 min at most
/// ```
///
/// What was read stays in force while it cannot be read again, also over restarts: nobody is cut
/// off because a server is down. A bundle whose number goes back is not taken. One thread reads,
/// one place after the other.
@Confined("its monitor")
public final class BundleSource implements ConfigSource.Sink, AutoCloseable {
    /// Under which name the bundles are among the files.
    public static final String FILE = "fetched/bundles";

    private static final Logger LOG = LoggerFactory.getLogger(BundleSource.class);
    private static final Duration FIRST_RETRY = Duration.ofSeconds(1);
    private static final Duration LAST_RETRY = Duration.ofMinutes(5);

    private final ConfigSource.Sink worlds;
    private final BundleFetch fetch;
    private final Mesh mesh;
    private final InstantSource clock;
    private final LongSupplier nanos;
    private final Thread thread;
    private final SortedMap<String, Place> places = new TreeMap<>();
    private final SortedMap<String, SpiffeBundle> known = new TreeMap<>();
    private @Nullable SourceState files;
    private Wanted wanted;
    private List<X509Certificate> own = List.of();
    private Instant changed = Instant.EPOCH;
    private boolean isClosed;

    /// Whose bundles they are.
    ///
    /// @param home namespace of the mesh's settings
    /// @param trustDomain the mesh's own, where the settings say none
    public record Mesh(String home, String trustDomain) {}

    /// A place that is read.
    ///
    /// @param due when it is read next
    /// @param failures in a row
    /// @param read when it was read last
    private record Place(
            BundleEndpoint endpoint,
            long due,
            int failures,
            Optional<Instant> read,
            Optional<String> trouble) {}

    BundleSource(
            ConfigSource.Sink worlds,
            BundleFetch fetch,
            Mesh mesh,
            List<SavedFile> saved,
            InstantSource clock,
            LongSupplier nanos) {
        this.worlds = worlds;
        this.fetch = fetch;
        this.mesh = mesh;
        this.clock = clock;
        this.nanos = nanos;
        this.wanted = BundleEndpoint.of(SourceState.EMPTY, mesh.home(), mesh.trustDomain());
        this.thread = Thread.ofVirtual().name("bundles").unstarted(this::run);
        saved.stream().filter(file -> file.name().equals(FILE)).forEach(this::recall);
    }

    /// Begins.
    ///
    /// @param worlds gets what the files say, with the bundles
    /// @param reach who may be asked
    /// @param saved what an earlier run knew, as far as it is called [#FILE]
    /// @param nanos for durations: never goes back
    public static BundleSource start(
            ConfigSource.Sink worlds,
            Reach reach,
            Mesh mesh,
            List<SavedFile> saved,
            InstantSource clock,
            LongSupplier nanos) {
        var fetch =
                new BundleFetch(new WebFetch(reach, nanos, "bundles"), WebFetch.Tls.usual(), clock);
        var source = new BundleSource(worlds, fetch, mesh, saved, clock, nanos);
        source.begin();
        return source;
    }

    void begin() {
        thread.start();
    }

    private void recall(SavedFile file) {
        changed = file.changed();
        for (Resource<?> resource : ConfigReader.RESOURCES.read(FILE, file.text()).resources()) {
            if (resource.spec() instanceof TrustBundle(String domain, String bundle)) {
                try {
                    known.put(domain, SpiffeBundle.parse(bundle));
                } catch (UnusableMaterial e) {
                    LOG.error("bundles: that of '{}' was not kept whole", domain, e);
                }
            }
        }
    }

    @Override
    public synchronized CompletableFuture<Long> put(SourceState state) throws InterruptedException {
        files = state;
        wanted = BundleEndpoint.of(state, mesh.home(), mesh.trustDomain());
        places.keySet().retainAll(wanted.endpoints().keySet());
        known.keySet().retainAll(wanted.endpoints().keySet());
        wanted.endpoints().forEach(this::want);
        notifyAll();
        return worlds.put(merged(state));
    }

    /// A place that is as before goes on; another one is asked now, and what the last one said is
    /// kept until then.
    private void want(String domain, BundleEndpoint endpoint) {
        places.merge(
                domain,
                new Place(endpoint, nanos.getAsLong(), 0, Optional.empty(), Optional.empty()),
                (before, now) ->
                        isAlike(before.endpoint(), now.endpoint())
                                ? new Place(
                                        endpoint,
                                        before.due(),
                                        before.failures(),
                                        before.read(),
                                        before.trouble())
                                : now);
        if (endpoint.proof() instanceof Proof.Spiffe(_, Optional<SpiffeBundle> first)) {
            first.filter(bundle -> isNewer(bundle, known.get(domain)))
                    .ifPresent(bundle -> known.put(domain, bundle));
        }
    }

    private static boolean isAlike(BundleEndpoint one, BundleEndpoint other) {
        return one.url().equals(other.url()) && one.proof().equals(other.proof());
    }

    private static boolean isNewer(SpiffeBundle bundle, @Nullable SpiffeBundle than) {
        return than == null || bundle.sequence().orElse(0L) > than.sequence().orElse(0L);
    }

    /// Takes the mesh's own roots, which others must not be measured by.
    public synchronized void learn(List<X509Certificate> roots) {
        if (roots.equals(own)) {
            return;
        }
        own = List.copyOf(roots);
        changed = clock.instant();
        publish();
    }

    /// How it stands with each trust domain.
    public synchronized List<BundleStatus> status() {
        var all = new ArrayList<BundleStatus>();
        places.forEach((domain, place) -> {
            Optional<SpiffeBundle> bundle = Optional.ofNullable(known.get(domain));
            all.add(
                    new BundleStatus(
                            domain,
                            place.endpoint().url(),
                            place.endpoint().profile(),
                            bundle.flatMap(SpiffeBundle::sequence),
                            bundle.map(BundleSource::roots).orElse(List.of()),
                            place.read(),
                            place.trouble()));
        });
        return all;
    }

    private static List<BundleStatus.Root> roots(SpiffeBundle bundle) {
        return bundle.roots().stream().map(BundleStatus.Root::of).toList();
    }

    private void run() {
        try {
            while (true) {
                Place place = next();
                if (place == null) {
                    return;
                }
                Optional<SpiffeBundle> read = Optional.empty();
                Optional<String> trouble = Optional.empty();
                try {
                    read = Optional.of(fetch.fetch(place.endpoint(), authority(place.endpoint())));
                } catch (IOException | RuntimeException e) {
                    trouble = Optional.of(reason(e));
                }
                settle(place, read, trouble);
            }
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }

    /// Waits until a place is due; null once closed.
    private synchronized @Nullable Place next() throws InterruptedException {
        while (!isClosed) {
            long now = nanos.getAsLong();
            Place first = null;
            for (Place place : places.values()) {
                if (first == null || place.due() - first.due() < 0) {
                    first = place;
                }
            }
            if (first != null && first.due() - now <= 0) {
                return first;
            }
            long millis =
                    first == null
                            ? 0
                            : Math.max(1, TimeUnit.NANOSECONDS.toMillis(first.due() - now));
            wait(millis);
        }
        return null;
    }

    private synchronized Optional<SpiffeBundle> authority(BundleEndpoint endpoint) {
        return endpoint.proof() instanceof Proof.Spiffe(SpiffeId id, _)
                ? Optional.ofNullable(known.get(id.trustDomain()))
                : Optional.empty();
    }

    private static String reason(Exception e) {
        Throwable cause = e;
        while (cause.getCause() != null) {
            cause = cause.getCause();
        }
        return String.valueOf(cause.getMessage() == null ? cause : cause.getMessage());
    }

    private synchronized void settle(
            Place asked, Optional<SpiffeBundle> read, Optional<String> trouble) {
        String domain = asked.endpoint().trustDomain();
        Place now = places.get(domain);
        if (now == null || !isAlike(now.endpoint(), asked.endpoint())) {
            // Nobody wants it any more.
            return;
        }
        Optional<String> wrong = trouble.or(() -> read.flatMap(it -> backwards(domain, it)));
        Place next = after(now, read, wrong);
        places.put(domain, next);
        boolean isNews = !next.trouble().equals(now.trouble());
        if (wrong.isEmpty()) {
            SpiffeBundle bundle = read.orElseThrow();
            isNews |= !bundle.equals(known.put(domain, bundle));
            if (isNews) {
                changed = clock.instant();
                LOG.info(
                        "bundles: '{}' believes {} roots, number {}",
                        domain,
                        bundle.roots().size(),
                        bundle.sequence().map(String::valueOf).orElse("unsaid"));
            }
        }
        if (isNews) {
            publish();
        }
    }

    private Place after(Place now, Optional<SpiffeBundle> read, Optional<String> wrong) {
        if (wrong.isPresent()) {
            Duration pause = FIRST_RETRY.multipliedBy(1L << Math.min(now.failures(), 20));
            return new Place(
                    now.endpoint(),
                    nanos.getAsLong() + shorter(pause, LAST_RETRY).toNanos(),
                    now.failures() + 1,
                    now.read(),
                    wrong);
        }
        return new Place(
                now.endpoint(),
                nanos.getAsLong()
                        + Refresh.after(read.flatMap(SpiffeBundle::refreshHint)).toNanos(),
                0,
                Optional.of(clock.instant()),
                Optional.empty());
    }

    private static Duration shorter(Duration one, Duration other) {
        return one.compareTo(other) < 0 ? one : other;
    }

    private Optional<String> backwards(String domain, SpiffeBundle read) {
        SpiffeBundle before = known.get(domain);
        return before != null
                        && before.sequence().isPresent()
                        && read.sequence().isPresent()
                        && read.sequence().get() < before.sequence().get()
                ? Optional.of(
                        "spiffe_sequence went back from %d to %d"
                                .formatted(before.sequence().get(), read.sequence().get()))
                : Optional.empty();
    }

    private void publish() {
        if (files == null) {
            return;
        }
        try {
            var _ = worlds.put(merged(files));
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }

    /// What the files say, with the bundles that they want, the mesh's own beside them.
    private SourceState merged(SourceState state) {
        var findings = new ArrayList<>(state.findings());
        wanted.unusable()
                .forEach(it ->
                        findings.add(
                                Diagnostic.of(
                                        DiagnosticCode.INVALID_VALUE,
                                        it.origin(),
                                        it.why(),
                                        "Nobody is asked whom that trust domain believes")));
        places.values().forEach(place -> trouble(place).ifPresent(findings::add));
        var text = new StringBuilder();
        known.forEach((domain, bundle) -> {
            if (places.containsKey(domain)) {
                text.append(document(domain, bundle));
            }
        });
        boolean isOwnSaid = wanted.written().contains(wanted.ownDomain());
        if (wanted.isSome() && !own.isEmpty() && !isOwnSaid) {
            text.append(
                    document(
                            wanted.ownDomain(),
                            new SpiffeBundle(own, Optional.empty(), Optional.empty())));
        }
        if (text.isEmpty()) {
            return new SourceState(state.files(), findings);
        }
        return new SourceState(state.files(), findings)
                .with(ConfigFile.of(FILE, changed, text.toString()));
    }

    private Optional<Diagnostic> trouble(Place place) {
        String domain = place.endpoint().trustDomain();
        return place.trouble()
                .map(why ->
                        Diagnostic.of(
                                DiagnosticCode.BUNDLE_UNREAD,
                                place.endpoint().origin(),
                                "whom '%s' believes cannot be read: %s".formatted(domain, why),
                                known.containsKey(domain)
                                        ? "What was read before stays in force"
                                        : "Nobody of it is believed"));
    }

    private static String document(String domain, SpiffeBundle bundle) {
        Map<String, @Nullable Object> document = new LinkedHashMap<>();
        document.put("apiVersion", "heddle.dev/v1alpha1");
        document.put("kind", "TrustBundle");
        document.put("metadata", Map.of("name", domain));
        Map<String, @Nullable Object> spec = new LinkedHashMap<>();
        spec.put("trustDomain", domain);
        spec.put("bundle", bundle.json());
        document.put("spec", spec);
        return "---\n" + JsonText.write(document) + "\n";
    }

    /// Asks nobody any more.
    @Override
    public void close() {
        synchronized (this) {
            isClosed = true;
            notifyAll();
        }
        thread.interrupt();
    }
}
