package dev.heddle.control.world;

import dev.heddle.compiler.MeshCompiler;
import dev.heddle.compiler.check.Analysis;
import dev.heddle.compiler.reuse.Same;
import dev.heddle.compiler.world.MeshSettings;
import dev.heddle.compiler.world.World;
import dev.heddle.control.source.ConfigFile;
import dev.heddle.control.source.SourceState;
import dev.heddle.model.Diagnostic;
import dev.heddle.model.DiagnosticCode;
import dev.heddle.model.Diagnostics;
import dev.heddle.model.Resource;
import dev.heddle.model.ResourceId;
import dev.heddle.model.Resources;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/// Makes the next world out of what a source says. Pure: equal arguments give equal worlds, so the
/// command line builds its worlds offline with the very same code.
public final class WorldBuilder {

    /// A resource and the file that it stands in.
    private record Placed(ConfigFile file, int place, Resource<?> resource) {
        /// Of several with the same id the last of these is in force.
        static final Comparator<Placed> YOUNGEST_LAST =
                Comparator.comparing((Placed p) -> p.file().changed())
                        .thenComparing(p -> p.file().name())
                        .thenComparingInt(Placed::place);
    }

    private WorldBuilder() {}

    /// The world after that state, and all that is wrong with it.
    ///
    /// @param before the edition before, of which is taken over what is still right
    /// @param now for the record only
    public static Edition next(
            Edition before, SourceState source, MeshSettings settings, Instant now) {
        return next(Optional.of(before), before.version(), before.hash(), source, settings, now);
    }

    /// The same for somebody who knows no more of the world before than its number.
    ///
    /// @param version of the world before; the next has the same when its content is the same
    /// @param hash of the world before
    /// @param now for the record only
    public static Edition next(
            long version, String hash, SourceState source, MeshSettings settings, Instant now) {
        return next(Optional.empty(), version, hash, source, settings, now);
    }

    private static Edition next(
            Optional<Edition> before,
            long version,
            String hash,
            SourceState source,
            MeshSettings settings,
            Instant now) {
        var findings = new Diagnostics();
        findings.addAll(source.findings());
        source.files().values().forEach(f -> findings.addAll(f.findings()));

        var chosen = new ArrayList<Placed>();
        byId(source).values().forEach(rivals -> chosen.add(choose(rivals, findings)));

        var content = new ContentHash().add(settings);
        chosen.forEach(p -> content.add(p.file().name(), p.resource()));
        String nextHash = content.hex();
        var resources = Resources.of(chosen.stream().map(Placed::resource).toList());
        long number = nextHash.equals(hash) ? version : version + 1;
        World world =
                before.map(b -> b.world().next(number, resources, settings))
                        .orElseGet(() -> World.of(number, resources, settings));
        Analysis analysis = MeshCompiler.analysis(world, before.map(Edition::analysis));
        findings.addAll(analysis.findings());
        findings.addAll(CertificateDates.check(world, now));
        StatusBook statuses = statuses(before, world, now);
        return new Edition(world, analysis, nextHash, source, findings.toList(), now, statuses);
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

    private static SortedMap<ResourceId, List<Placed>> byId(SourceState source) {
        var byId = new TreeMap<ResourceId, List<Placed>>();
        for (ConfigFile file : source.files().values()) {
            int place = 0;
            for (Resource<?> resource : file.resources()) {
                byId.computeIfAbsent(resource.id(), _ -> new ArrayList<>())
                        .add(new Placed(file, place++, resource));
            }
        }
        return byId;
    }

    private static Placed choose(List<Placed> rivals, Diagnostics findings) {
        if (rivals.size() == 1) {
            return rivals.getFirst();
        }
        rivals.sort(Placed.YOUNGEST_LAST);
        Placed chosen = rivals.getLast();
        for (Placed rival : rivals) {
            if (!rival.equals(chosen)) {
                findings.add(overruled(rival, chosen));
            }
        }
        Placed other = rivals.get(rivals.size() - 2);
        findings.add(
                Diagnostic.of(
                        DiagnosticCode.DUPLICATE_RESOURCE,
                        chosen.resource().origin(),
                        "also defined at " + place(other) + "; this one is in force",
                        "Remove one of them"));
        return chosen;
    }

    private static Diagnostic overruled(Placed rival, Placed chosen) {
        String why =
                rival.file().equals(chosen.file())
                        ? "which comes later in the same file"
                        : "which changed later";
        return Diagnostic.of(
                DiagnosticCode.DUPLICATE_RESOURCE,
                rival.resource().origin(),
                "not in force: also defined at " + place(chosen) + ", " + why,
                "Remove one of them");
    }

    private static String place(Placed placed) {
        var origin = placed.resource().origin();
        int line = origin.position().line();
        return line > 0 ? origin.file() + ":" + line : origin.file();
    }
}
