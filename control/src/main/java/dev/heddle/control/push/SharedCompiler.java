package dev.heddle.control.push;

import dev.heddle.compiler.Compiled;
import dev.heddle.compiler.MeshCompiler;
import dev.heddle.compiler.Outbound;
import dev.heddle.compiler.Own;
import dev.heddle.compiler.world.Outlook;
import dev.heddle.compiler.world.ProxyScope;
import dev.heddle.compiler.world.World;
import dev.heddle.control.world.Edition;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.atomic.LongAdder;

/// Compiles editions for scopes: what scopes have in common only once, and of an edition only what
/// is not as it was in the one before.
///
/// Everything that was made of the newest world is kept while it is the newest, and as what the
/// next may take over. Callable from several threads: who needs what another is compiling waits for
/// it.
public final class SharedCompiler {
    private final AtomicReference<Optional<Round>> newest = new AtomicReference<>(Optional.empty());
    private final AtomicReference<Optional<Round>> trial = new AtomicReference<>(Optional.empty());
    private final LongAdder lowered = new LongAdder();

    /// How many services and rules were lowered since the start, each time for one port, or one
    /// service, and one outlook. What was taken over from the world before does not count.
    public long lowered() {
        return lowered.sum();
    }

    /// What was compiled of one world.
    ///
    /// @param before what was compiled of the world before
    private record Round(World world, Made made, Made before) {

        Round(World world, Made before) {
            this(world, Made.nothing(), before);
        }

        Compiled compile(Edition edition, ProxyScope scope, LongAdder lowered) {
            Outbound common =
                    made.common.computeIfAbsent(
                            MeshCompiler.outlook(world, scope),
                            o -> {
                                Outbound now = MeshCompiler.outbound(world, o, before.of(o));
                                lowered.add(now.lowered());
                                return now;
                            });
            Own own =
                    made.own.computeIfAbsent(
                            scope, s -> MeshCompiler.own(world, s, common, before.of(s)));
            return MeshCompiler.compile(world, edition.checks(), scope, common, own);
        }

        /// What nobody asked for is kept for one more round: who is late may still ask.
        Round next(World next) {
            return new Round(next, last());
        }

        private Made last() {
            return made.isNothing() ? before : made;
        }
    }

    private record Made(
            ConcurrentMap<Outlook, Outbound> common, ConcurrentMap<ProxyScope, Own> own) {
        static Made nothing() {
            return new Made(new ConcurrentHashMap<>(), new ConcurrentHashMap<>());
        }

        boolean isNothing() {
            return common.isEmpty();
        }

        Optional<Outbound> of(Outlook outlook) {
            return Optional.ofNullable(common.get(outlook));
        }

        Optional<Own> of(ProxyScope scope) {
            return Optional.ofNullable(own.get(scope));
        }
    }

    /// What a proxy of that scope shall run in an edition that is not in force yet: of what is in
    /// force everything is taken over that is not changed.
    public Compiled compileTrial(Edition edition, ProxyScope scope) {
        World world = edition.world();
        Made inForce = newest.get().map(Round::last).orElseGet(Made::nothing);
        return trial.updateAndGet(there ->
                        there.filter(r -> r.world().version() == world.version())
                                .or(() -> Optional.of(new Round(world, inForce))))
                .orElseThrow()
                .compile(edition, scope, lowered);
    }

    /// What a proxy of that scope shall run in that edition's world.
    public Compiled compile(Edition edition, ProxyScope scope) {
        trial.updateAndGet(there -> there.filter(r -> r.world().version() > edition.version()));
        return round(edition.world()).compile(edition, scope, lowered);
    }

    private Round round(World world) {
        return newest.updateAndGet(
                        there -> {
                            if (there.isEmpty()) {
                                return Optional.of(new Round(world, Made.nothing()));
                            }
                            return isNewer(world, there.get().world())
                                    ? Optional.of(there.get().next(world))
                                    : there;
                        })
                .filter(round -> round.world().version() == world.version())
                .orElseGet(() -> new Round(world, Made.nothing()));
    }

    private static boolean isNewer(World world, World than) {
        return world.version() > than.version();
    }
}
