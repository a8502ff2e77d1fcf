package dev.heddle.control.keys;

import dev.heddle.compiler.select.KeySets;
import dev.heddle.control.fetch.Reach;
import dev.heddle.control.fetch.WebFetch;
import dev.heddle.control.source.ConfigFile;
import dev.heddle.control.source.ConfigReader;
import dev.heddle.control.source.ConfigSource;
import dev.heddle.control.source.SavedFile;
import dev.heddle.control.source.SourceState;
import dev.heddle.model.Confined;
import dev.heddle.model.Resource;
import dev.heddle.model.istio.RequestAuthentication;
import dev.heddle.model.istio.RequestAuthentication.JwtRule;
import dev.heddle.model.policy.KeySet;
import dev.heddle.model.policy.OpenIdProvider;
import dev.heddle.model.policy.SecurityPolicy;
import dev.heddle.xds.token.JsonText;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Fetches the keys that RequestAuthentications name, and what the providers say of themselves at
/// which SecurityPolicies have people log in, and adds that to what the files say.
///
/// ```
///   wanted ──fetched──▶ known for 20 min ──▶ fetched again
///      └──failed──▶ again after 2 s, then twice as long each time, 1 h at most
/// ```
///
/// Keys that were known stay in force while fetching them fails; nobody is locked out because a
/// server is down. One thread fetches, one place after the other.
@Confined("its monitor")
public final class KeySource implements ConfigSource.Sink, AutoCloseable {
    /// Under which name the keys are among the files.
    public static final String FILE = "fetched/keys";

    private static final Logger LOG = LoggerFactory.getLogger(KeySource.class);
    private static final Duration REFRESH = Duration.ofMinutes(20);
    private static final Duration FIRST_RETRY = Duration.ofSeconds(2);
    private static final Duration LAST_RETRY = Duration.ofHours(1);
    private static final Duration TIMEOUT = Duration.ofSeconds(5);

    private final ConfigSource.Sink worlds;
    private final KeyFetch fetch;
    private final String namespace;
    private final InstantSource clock;
    private final LongSupplier nanos;
    private final Thread thread;
    private final Map<Sought, Place> places = new TreeMap<>(Sought.ORDER);
    private final Map<Sought, String> known = new TreeMap<>(Sought.ORDER);
    private @Nullable SourceState files;
    private Instant changed = Instant.EPOCH;
    private boolean isClosed;

    /// A place where keys are.
    ///
    /// @param due when it is called next
    /// @param failures in a row
    private record Place(Duration timeout, long due, int failures) {}

    private KeySource(
            ConfigSource.Sink worlds,
            KeyFetch fetch,
            String namespace,
            InstantSource clock,
            LongSupplier nanos) {
        this.worlds = worlds;
        this.fetch = fetch;
        this.namespace = namespace;
        this.clock = clock;
        this.nanos = nanos;
        this.thread = Thread.ofVirtual().name("keys").unstarted(this::run);
    }

    /// Begins.
    ///
    /// @param worlds gets what the files say, with the keys
    /// @param saved what an earlier run knew, as far as it is called [#FILE]
    /// @param namespace of the resources with keys
    /// @param nanos for durations: never goes back
    public static KeySource start(
            ConfigSource.Sink worlds,
            Reach reach,
            List<SavedFile> saved,
            String namespace,
            InstantSource clock,
            LongSupplier nanos) {
        var fetch = new KeyFetch(new WebFetch(reach, nanos, "keys"), WebFetch.Tls.usual());
        var source = new KeySource(worlds, fetch, namespace, clock, nanos);
        saved.stream().filter(file -> file.name().equals(FILE)).forEach(source::recall);
        source.thread.start();
        return source;
    }

    private synchronized void recall(SavedFile file) {
        changed = file.changed();
        for (Resource<?> resource : ConfigReader.RESOURCES.read(FILE, file.text()).resources()) {
            if (resource.spec() instanceof KeySet(String uri, String jwks)) {
                known.put(new Sought.Keys(uri), jwks);
            }
            if (resource.spec() instanceof OpenIdProvider provider) {
                known.put(new Sought.Provider(provider.issuer()), Sought.Provider.found(provider));
            }
        }
    }

    @Override
    public synchronized CompletableFuture<Long> put(SourceState state) throws InterruptedException {
        files = state;
        Map<Sought, Duration> wanted = wanted(state);
        places.keySet().retainAll(wanted.keySet());
        wanted.forEach((sought, timeout) ->
                places.merge(
                        sought,
                        new Place(timeout, nanos.getAsLong(), 0),
                        (before, now) ->
                                new Place(now.timeout(), before.due(), before.failures())));
        notifyAll();
        return worlds.put(merged(state));
    }

    /// What is to be fetched: what a policy names, unless somebody has written a KeySet or an
    /// OpenIDProvider for it.
    private static Map<Sought, Duration> wanted(SourceState state) {
        var wanted = new HashMap<Sought, Duration>();
        for (ConfigFile file : state.files().values()) {
            for (Resource<?> resource : file.resources()) {
                if (resource.spec() instanceof RequestAuthentication policy) {
                    policy.jwtRules().stream()
                            .filter(KeySource::isElsewhere)
                            .forEach(rule ->
                                    wanted.put(
                                            new Sought.Keys(KeySets.uri(rule)),
                                            rule.timeout().orElse(TIMEOUT)));
                }
                if (resource.spec() instanceof SecurityPolicy policy) {
                    policy.oidc()
                            .map(SecurityPolicy.Oidc::provider)
                            .filter(SecurityPolicy.OidcProvider::isDiscovered)
                            .ifPresent(it -> wanted.put(new Sought.Provider(it.issuer()), TIMEOUT));
                }
            }
        }
        for (ConfigFile file : state.files().values()) {
            for (Resource<?> resource : file.resources()) {
                if (resource.spec() instanceof KeySet keys) {
                    wanted.remove(new Sought.Keys(keys.uri()));
                }
                if (resource.spec() instanceof OpenIdProvider provider) {
                    wanted.remove(new Sought.Provider(provider.issuer()));
                }
            }
        }
        return wanted;
    }

    private static boolean isElsewhere(JwtRule rule) {
        return rule.jwks().isEmpty()
                && (!rule.jwksUri().isEmpty()
                        || rule.issuer().startsWith("http://")
                        || rule.issuer().startsWith("https://"));
    }

    private SourceState merged(SourceState state) {
        var text = new StringBuilder();
        for (Sought sought : places.keySet()) {
            String found = known.get(sought);
            if (found != null) {
                text.append("---\n").append(document(sought, found)).append('\n');
            }
        }
        if (text.isEmpty()) {
            return state;
        }
        return state.with(ConfigFile.of(FILE, changed, text.toString()));
    }

    /// JSON, which is YAML.
    private String document(Sought sought, String found) {
        Map<String, @Nullable Object> document = new LinkedHashMap<>();
        document.put("apiVersion", "heddle.dev/v1alpha1");
        document.put("kind", sought.kind());
        document.put("metadata", Map.of("name", sought.name(), "namespace", namespace));
        document.put("spec", sought.spec(found));
        return JsonText.write(document);
    }

    private void run() {
        try {
            while (true) {
                Optional<Map.Entry<Sought, Place>> due = next();
                if (due.isEmpty()) {
                    return;
                }
                Sought sought = due.get().getKey();
                learn(sought, fetched(sought, due.get().getValue()));
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /// Waits for the next place to call; empty when that is over.
    private synchronized Optional<Map.Entry<Sought, Place>> next() throws InterruptedException {
        while (!isClosed) {
            Optional<Map.Entry<Sought, Place>> first =
                    places.entrySet().stream()
                            .min(
                                    Comparator.comparingLong(
                                            entry -> entry.getValue().due() - nanos.getAsLong()));
            long left =
                    first.map(it -> it.getValue().due() - nanos.getAsLong()).orElse(Long.MAX_VALUE);
            if (first.isPresent() && left <= 0) {
                return first.map(it -> Map.entry(it.getKey(), it.getValue()));
            }
            wait(first.isEmpty() ? 0 : Math.max(1, Duration.ofNanos(left).toMillis()));
        }
        return Optional.empty();
    }

    private Optional<String> fetched(Sought sought, Place place) {
        try {
            return Optional.of(
                    switch (sought) {
                        case Sought.Keys(String uri) -> fetch.keys(uri, place.timeout());
                        case Sought.Provider(String issuer) ->
                                fetch.provider(issuer, sought.place(), place.timeout());
                    });
        } catch (IOException | IllegalArgumentException e) {
            LOG.warn("{}: {}; what was known stays in force", sought.kind(), e.getMessage());
            return Optional.empty();
        }
    }

    private synchronized void learn(Sought sought, Optional<String> found)
            throws InterruptedException {
        Place place = places.get(sought);
        if (place == null || isClosed) {
            return;
        }
        int failures = found.isPresent() ? 0 : place.failures() + 1;
        Duration pause = found.isPresent() ? REFRESH : pause(failures);
        places.put(
                sought, new Place(place.timeout(), nanos.getAsLong() + pause.toNanos(), failures));
        boolean isNew = found.isPresent() && !found.get().equals(known.put(sought, found.get()));
        if (isNew && files != null) {
            LOG.info("{}: that of {} is known", sought.kind(), sought.place());
            changed = clock.instant();
            var _ = worlds.put(merged(files));
        }
    }

    private static Duration pause(int failures) {
        Duration pause = FIRST_RETRY.multipliedBy(1L << Math.min(failures - 1, 20));
        return pause.compareTo(LAST_RETRY) > 0 ? LAST_RETRY : pause;
    }

    @Override
    public void close() {
        synchronized (this) {
            isClosed = true;
            notifyAll();
        }
        thread.interrupt();
    }
}
