package dev.heddle.proxy.config;

import dev.heddle.proxy.kept.SnapshotKeeper;
import dev.heddle.proxy.runtime.Confined;
import dev.heddle.xds.XdsResource;
import dev.heddle.xds.XdsType;
import java.time.Duration;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import java.util.stream.LongStream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// When a proxy serves what it kept on disk, when that ends, and when something is kept.
///
/// ```
///   waiting ──a second without a word──▶ kept ──a second after its last word──▶ followed
///      └────────────── the control plane says something ──────────────────────────▲
/// ```
///
/// What is kept counts as if the control plane had sent it, so whatever it sends takes the place of
/// what has the same name at once, and nothing is lost in between. A listener or cluster that it
/// does not name by the time that it has said all is no more.
///
/// A control plane does not say that it has said all. It goes on as soon as it is answered, so a
/// second of silence on a stream that is there, with nothing awaited, is that.
///
/// It reads no clock: the caller brings the time and comes back at [#wakeAtNanos].
@Confined("config thread")
final class Keeping {
    /// How long a control plane may take for its first word before what is kept is served.
    static final Duration ALONE = Duration.ofSeconds(1);

    /// How long it must be silent to have said all.
    static final Duration QUIET = Duration.ofSeconds(1);

    /// How long a process must live under a configuration for it to be good.
    static final Duration PROVEN = Duration.ofMinutes(1);

    /// How often endpoints are written that change all the time, and how old what does not gets.
    private static final Duration EACH = Duration.ofSeconds(5);

    private static final Duration AGAIN = Duration.ofHours(1);

    private static final Logger LOG = LoggerFactory.getLogger(Keeping.class);

    private final SnapshotKeeper keeper;
    private final BooleanSupplier isConnected;
    private final long aloneAtNanos;
    private final Set<XdsType> heardOf = EnumSet.noneOf(XdsType.class);
    private final Map<XdsType, Set<String>> unconfirmed = new EnumMap<>(XdsType.class);
    private final AtomicBoolean isKeptInForce = new AtomicBoolean();
    private boolean hasLooked;
    private boolean isDirty;
    private boolean areHostsDirty;
    private boolean isUnproven;
    private long lastWordNanos;
    private long lastChangeNanos;
    private long writtenAtNanos;

    /// @param isConnected whether the control plane speaks
    Keeping(SnapshotKeeper keeper, BooleanSupplier isConnected, long nowNanos) {
        this.keeper = keeper;
        this.isConnected = isConnected;
        this.aloneAtNanos = nowNanos + ALONE.toNanos();
        this.writtenAtNanos = nowNanos - EACH.toNanos();
    }

    SnapshotKeeper keeper() {
        return keeper;
    }

    /// Whether what is kept is served. Callable from any thread.
    boolean isKeptInForce() {
        return isKeptInForce.get();
    }

    /// The control plane says something, which was not taken yet.
    void onWord(XdsType type, List<XdsResource> changed, List<String> removed, long nowNanos) {
        keeper.onTry(type, changed);
        heardOf.add(type);
        // Endpoints come and go by themselves: they are no part of what makes sense together.
        if (type == XdsType.ENDPOINT) {
            areHostsDirty = true;
        } else {
            isDirty = true;
            lastWordNanos = nowNanos;
            if (!changed.isEmpty() || !removed.isEmpty()) {
                lastChangeNanos = nowNanos;
                isUnproven = true;
            }
        }
        Set<String> open = unconfirmed.getOrDefault(type, Set.of());
        if (!open.isEmpty()) {
            changed.forEach(it -> open.remove(it.name()));
            removed.forEach(open::remove);
        }
    }

    /// With what to begin, because the processes before this one ended; empty for usually nothing.
    Optional<Map<XdsType, List<XdsResource>>> begin() {
        Optional<Map<XdsType, List<XdsResource>>> kept = keeper.begin();
        kept.ifPresent(this::onServed);
        return kept;
    }

    /// What is to be served from now on; empty where nothing changes.
    Optional<Map<XdsType, List<XdsResource>>> alone(long nowNanos) {
        if (hasLooked || !heardOf.isEmpty() || nowNanos - aloneAtNanos < 0) {
            return Optional.empty();
        }
        hasLooked = true;
        Optional<Map<XdsType, List<XdsResource>>> kept = keeper.latest();
        kept.ifPresent(it -> {
            it.forEach(keeper::onTry);
            onServed(it);
        });
        return kept;
    }

    private void onServed(Map<XdsType, List<XdsResource>> kept) {
        hasLooked = true;
        isKeptInForce.set(true);
        for (XdsType type : List.of(XdsType.CLUSTER, XdsType.LISTENER)) {
            var names = new HashSet<String>();
            kept.getOrDefault(type, List.of()).forEach(it -> names.add(it.name()));
            unconfirmed.put(type, names);
        }
    }

    /// What of that goes, as the control plane did not name it though it has said all.
    ///
    /// @param inUse names of clusters: a route that was kept may be all there is while the control
    ///   plane's is rejected
    Map<XdsType, List<String>> superseded(
            long nowNanos, boolean isComplete, Supplier<Set<String>> inUse) {
        boolean isOver = unconfirmed.values().stream().allMatch(Set::isEmpty);
        if ((isOver && !isKeptInForce.get()) || !hasSaidAll(nowNanos, isComplete)) {
            return Map.of();
        }
        if (isKeptInForce.getAndSet(false)) {
            LOG.info("the control plane's configuration takes the place of what was kept");
        }
        var gone = new EnumMap<XdsType, List<String>>(XdsType.class);
        Set<String> used = isOver ? Set.of() : inUse.get();
        unconfirmed.forEach((type, names) ->
                gone.put(
                        type,
                        names.stream()
                                .filter(it -> type != XdsType.CLUSTER || !used.contains(it))
                                .toList()));
        gone.forEach((type, names) -> unconfirmed.getOrDefault(type, Set.of()).removeAll(names));
        return gone;
    }

    private boolean hasSaidAll(long nowNanos, boolean isComplete) {
        return isComplete
                && heardOf.contains(XdsType.CLUSTER)
                && heardOf.contains(XdsType.LISTENER)
                && isConnected.getAsBoolean()
                && nowNanos - lastWordNanos - QUIET.toNanos() >= 0;
    }

    /// Has what is in force written, when it is time.
    void settle(
            long nowNanos, boolean isComplete, Supplier<Map<XdsType, List<XdsResource>>> inForce) {
        if (isKeptInForce.get() || !hasSaidAll(nowNanos, isComplete)) {
            return;
        }
        boolean isProven = isUnproven && nowNanos - lastChangeNanos - PROVEN.toNanos() >= 0;
        if (isDirty || isProven || nowNanos - writtenAtNanos - waitNanos() >= 0) {
            isDirty = false;
            areHostsDirty = false;
            isUnproven &= !isProven;
            writtenAtNanos = nowNanos;
            keeper.keep(inForce.get(), isProven);
        }
    }

    private long waitNanos() {
        return (areHostsDirty ? EACH : AGAIN).toNanos();
    }

    /// When to come back at the latest.
    OptionalLong wakeAtNanos(long nowNanos) {
        if (heardOf.isEmpty()) {
            return hasLooked ? OptionalLong.empty() : OptionalLong.of(aloneAtNanos);
        }
        long quiet = lastWordNanos + QUIET.toNanos();
        long write = writtenAtNanos + waitNanos();
        long proven = isUnproven ? lastChangeNanos + PROVEN.toNanos() : write;
        return LongStream.of(quiet, write, proven).filter(it -> it - nowNanos > 0).min();
    }
}
