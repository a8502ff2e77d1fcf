package dev.heddle.control.world;

import dev.heddle.compiler.MeshCompiler;
import dev.heddle.compiler.check.Analysis;
import dev.heddle.compiler.reuse.Same;
import dev.heddle.compiler.world.MeshSettings;
import dev.heddle.compiler.world.World;
import dev.heddle.control.source.SourceState;
import dev.heddle.model.Diagnostics;
import dev.heddle.model.Resources;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;

/// Makes the next world out of what a source says. Pure: equal arguments give equal worlds, so the
/// command line builds its worlds offline with the very same code.
public final class WorldBuilder {

    private WorldBuilder() {}

    /// The world after that state, and all that is wrong with it.
    ///
    /// @param before the edition before, of which is taken over what is still right
    /// @param now for the record only
    public static Edition next(
            Edition before, SourceState source, MeshSettings settings, Instant now) {
        var numbers = new Numbers(Map.of(before.hash(), before.version()), before.version());
        return next(Optional.of(before), numbers, source, settings, now);
    }

    /// The same for somebody who knows no more of the world before than its number.
    ///
    /// @param version of the world before; the next has the same when its content is the same
    /// @param hash of the world before
    /// @param now for the record only
    public static Edition next(
            long version, String hash, SourceState source, MeshSettings settings, Instant now) {
        return next(
                Optional.empty(),
                new Numbers(Map.of(hash, version), version),
                source,
                settings,
                now);
    }

    /// The same for somebody who knows more numbers.
    ///
    /// @param before an edition of which is taken over what is still right
    static Edition next(
            Optional<Edition> before,
            Numbers numbers,
            SourceState source,
            MeshSettings settings,
            Instant now) {
        InForce inForce =
                before.map(b -> b.inForce().next(source)).orElseGet(() -> InForce.of(source));
        var findings = new Diagnostics();
        findings.addAll(source.findings());
        source.files().values().forEach(f -> findings.addAll(f.findings()));
        findings.addAll(inForce.findings());

        String nextHash = inForce.hash(settings);
        Resources resources = inForce.resources();
        long number = numbers.of(nextHash);
        World world =
                before.map(b -> b.world().next(number, resources, settings))
                        .orElseGet(() -> World.of(number, resources, settings));
        Analysis analysis = MeshCompiler.analysis(world, before.map(Edition::analysis));
        findings.addAll(analysis.findings());
        findings.addAll(CertificateDates.check(world, now));
        StatusBook statuses = statuses(before, world, now);
        return new Edition(world, analysis, nextHash, inForce, findings.toList(), now, statuses);
    }

    /// Statuses change with what they are made of, which most changes of a world are not about.
    private static StatusBook statuses(Optional<Edition> before, World world, Instant now) {
        StatusBook known = before.map(Edition::statuses).orElse(StatusBook.EMPTY);
        boolean isAlike =
                before.map(b -> Same.as(b.world().index().gatewayApi()))
                        .filter(Same.as(world.index().gatewayApi())::equals)
                        .isPresent();
        return isAlike ? known : known.next(world, now);
    }

    /// The first world of somebody who has no history.
    public static Edition first(SourceState source, MeshSettings settings, Instant now) {
        return next(0, "", source, settings, now);
    }
}
