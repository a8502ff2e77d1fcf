package dev.heddle.xds.client;

import dev.heddle.xds.Confined;
import dev.heddle.xds.SerialQueue;
import dev.heddle.xds.XdsResource;
import dev.heddle.xds.XdsType;
import dev.heddle.xds.protocol.ClientEffect;
import dev.heddle.xds.protocol.DeltaClientStream;
import dev.heddle.xds.protocol.DeltaRequest;
import dev.heddle.xds.protocol.DeltaResponse;
import dev.heddle.xds.protocol.Verdict;
import java.time.Duration;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// A client's engine and its subscriber, for whatever carries the messages.
///
/// The engine runs on one queue and the subscriber on another, so that a subscriber may be slow or
/// live on a thread of its own. Every method but the constructor may be called from any thread.
@Confined("xds client")
public final class ClientSession implements XdsSubscriptions {
    private static final Logger log = LoggerFactory.getLogger(ClientSession.class);

    private final DeltaClientStream engine = new DeltaClientStream();
    private final XdsSubscriber subscriber;
    private final Observer observer;
    private final SerialQueue queue;
    private final SerialQueue callbacks;
    private final Lifetimes lifetimes;
    private final Map<XdsType, Map<String, String>> rejected = new EnumMap<>(XdsType.class);
    private Optional<Consumer<DeltaRequest>> wire = Optional.empty();

    /// Does something later.
    public interface Timer {
        /// @return prevents it, unless it was done
        Runnable after(Duration wait, Runnable task);
    }

    /// Who wants to know how judgements turned out. Called on the engine's queue.
    public interface Observer {
        /// A response was judged.
        ///
        /// @param version of the server's configuration as a whole
        /// @param rejection the text of the NACK; empty for an ACK
        /// @param rejected all resources of that type that are rejected as the server has them now,
        ///   with the reasons
        void onJudged(
                XdsType type,
                String version,
                Optional<String> rejection,
                Map<String, String> rejected);
    }

    /// @param subscriber called on `callbacks`, one call at a time
    /// @param threads carries the engine
    /// @param timer ends the lives of resources that have a TTL
    public ClientSession(
            XdsSubscriber subscriber,
            Observer observer,
            Executor threads,
            Executor callbacks,
            Timer timer) {
        this.subscriber = subscriber;
        this.observer = observer;
        this.queue = new SerialQueue(threads);
        this.callbacks = new SerialQueue(callbacks);
        this.lifetimes = new Lifetimes((ttl, end) -> timer.after(ttl, () -> queue.execute(end)));
    }

    @Override
    public void subscribe(XdsType type, Set<String> names) {
        Set<String> wanted = Set.copyOf(names);
        queue.execute(() -> carryOut(engine.onSubscribe(type, wanted)));
    }

    /// A stream is open; requests go there until the next call of this or [#disconnected].
    public void connected(Consumer<DeltaRequest> requests) {
        queue.execute(() -> {
            wire = Optional.of(requests);
            carryOut(engine.onConnected());
        });
    }

    /// The stream is gone.
    public void disconnected() {
        queue.execute(() -> {
            wire = Optional.empty();
            engine.onDisconnected();
        });
    }

    /// Takes a response.
    ///
    /// @param done called once it was judged, so that the next may be read
    public void receive(DeltaResponse response, Runnable done) {
        queue.execute(() -> {
            Optional<String> mistake = response.mistake();
            if (mistake.isPresent()) {
                refuse(response, mistake.get());
            } else {
                // As in Envoy, whether or not the resources can be used.
                lifetimes.onResponse(
                        response, name -> engine.wants(response.type(), name), this::onExpired);
                carryOut(engine.onResponse(response));
            }
            callbacks.execute(() -> queue.execute(done));
        });
    }

    /// As if the server had taken it away; there is nobody to answer.
    private void onExpired(XdsType type, String name) {
        if (engine.onExpired(type, name)) {
            log.warn("{} '{}': its time is over (ttl)", type.shortName(), name);
            callbacks.execute(() -> tell(type, List.of(), List.of(name)));
        }
    }

    private void refuse(DeltaResponse response, String why) {
        carryOut(engine.onMistake(response, why));
        observer.onJudged(
                response.type(),
                response.version(),
                Optional.of(why),
                Map.copyOf(rejected.getOrDefault(response.type(), Map.of())));
    }

    private void carryOut(List<ClientEffect> effects) {
        for (ClientEffect effect : effects) {
            switch (effect) {
                case ClientEffect.Send(var request) -> wire.ifPresent(w -> w.accept(request));
                case ClientEffect.Deliver delivered -> callbacks.execute(() -> judge(delivered));
            }
        }
    }

    private void judge(ClientEffect.Deliver delivered) {
        List<Rejection> rejections = ask(delivered);
        Verdict verdict = verdict(delivered, rejections);
        queue.execute(() -> {
            carryOut(engine.onJudged(delivered, verdict));
            observer.onJudged(
                    delivered.type(),
                    delivered.version(),
                    verdict.text(),
                    remember(delivered, rejections));
        });
    }

    private List<Rejection> ask(ClientEffect.Deliver delivered) {
        log.debug("{} of version {}", delivered.type().shortName(), delivered.version());
        return tell(delivered.type(), delivered.changed(), delivered.removed());
    }

    private List<Rejection> tell(XdsType type, List<XdsResource> changed, List<String> removed) {
        try {
            return subscriber.onUpdate(type, changed, removed);
        } catch (RuntimeException | AssertionError e) {
            log.error("{}: {} changed, {} removed", type.shortName(), changed.size(), removed, e);
            return List.of(new Rejection("", "internal error: " + e));
        }
    }

    private static Verdict verdict(ClientEffect.Deliver delivered, List<Rejection> rejections) {
        if (rejections.isEmpty()) {
            return Verdict.ACCEPTED;
        }
        var names = new TreeSet<String>();
        rejections.forEach(rejection -> names.add(rejection.resource()));
        boolean isSpecific =
                delivered.changed().stream()
                        .map(XdsResource::name)
                        .collect(Collectors.toSet())
                        .containsAll(names);
        String text = rejections.stream().map(Rejection::text).collect(Collectors.joining("; "));
        return new Verdict(isSpecific ? names : Set.of(), Optional.of(text));
    }

    private Map<String, String> remember(
            ClientEffect.Deliver delivered, List<Rejection> rejections) {
        Map<String, String> known =
                rejected.computeIfAbsent(delivered.type(), _ -> new TreeMap<>());
        known.remove("");
        delivered.changed().forEach(resource -> known.remove(resource.name()));
        delivered.removed().forEach(known::remove);
        rejections.forEach(r -> known.merge(r.resource(), r.reason(), (x, y) -> x + "; " + y));
        return Map.copyOf(known);
    }
}
