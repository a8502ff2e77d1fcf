package dev.heddle.control.world;

import dev.heddle.compiler.world.MeshSettings;
import dev.heddle.control.source.ConfigFile;
import dev.heddle.control.source.SourceState;
import dev.heddle.model.Diagnostic;
import dev.heddle.model.DiagnosticCode;
import dev.heddle.model.Diagnostics;
import dev.heddle.model.FieldPath;
import dev.heddle.model.Resource;
import dev.heddle.model.Resources;
import dev.heddle.model.kinds.Kinds;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.IdentityHashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Set;
import java.util.SortedMap;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// Which resources of a source are in force: of several with the same id the one whose file changed
/// last. Immutable.
public final class InForce {
    private final SourceState source;

    /// Ordered by id, and of one id the youngest last.
    private final List<Placed> all;

    /// Each id once, in the same order.
    private final List<Placed> chosen = new ArrayList<>();

    private final Resources resources;
    private final Diagnostics findings = new Diagnostics();

    /// A resource and the file that it stands in.
    ///
    /// @param fingerprint of all that can be seen of it
    private record Placed(ConfigFile file, int place, Resource<?> resource, String fingerprint) {
        static final Comparator<Placed> YOUNGEST_LAST =
                Comparator.<Placed, Resource<?>>comparing(Placed::resource, Resource::compareId)
                        .thenComparing(p -> p.file().changed())
                        .thenComparing(p -> p.file().name())
                        .thenComparingInt(Placed::place);

        static Placed of(ConfigFile file, int place) {
            Resource<?> resource = file.resources().get(place);
            String fingerprint =
                    new ContentHash()
                            .add(resource.id().kind().toString())
                            .add(resource.id().toString())
                            .add(file.name())
                            .add(resource.source().position(FieldPath.ROOT).toString())
                            .add(resource.source().text())
                            .hex();
            return new Placed(file, place, resource, fingerprint);
        }

        String line() {
            var origin = resource.origin();
            int line = origin.position().line();
            return line > 0 ? origin.file() + ":" + line : origin.file();
        }
    }

    private InForce(SourceState source, List<Placed> all) {
        this.source = source;
        this.all = all;
        for (int from = 0, to; from < all.size(); from = to) {
            to = from + 1;
            while (to < all.size()
                    && all.get(to).resource().compareId(all.get(from).resource()) == 0) {
                to++;
            }
            chosen.add(all.get(to - 1));
            if (to - from > 1) {
                report(all.subList(from, to));
            }
        }
        this.resources = Resources.of(chosen.stream().map(Placed::resource).toList());
    }

    /// Those of a source.
    public static InForce of(SourceState source) {
        return new InForce(SourceState.EMPTY, List.of()).next(source);
    }

    /// Those of a later state of the source: equal to [#of], and costs hardly more than to look at
    /// the files that are not the same objects as before.
    InForce next(SourceState later) {
        Set<ConfigFile> gone = without(source.files(), later.files());
        List<Placed> come =
                without(later.files(), source.files()).stream()
                        .flatMap(InForce::placed)
                        .sorted(Placed.YOUNGEST_LAST)
                        .toList();
        List<Placed> kept =
                gone.isEmpty() ? all : all.stream().filter(p -> !gone.contains(p.file())).toList();
        return new InForce(later, merged(kept, come));
    }

    /// The files of the first that are not the very same in the second.
    @SuppressWarnings("ReferenceEquality") // a file that was read again is another
    private static Set<ConfigFile> without(
            SortedMap<String, ConfigFile> files, SortedMap<String, ConfigFile> others) {
        Set<ConfigFile> missing = Collections.newSetFromMap(new IdentityHashMap<>());
        // Both are ordered by name, so it takes one walk along both.
        Iterator<ConfigFile> rest = others.values().iterator();
        ConfigFile other = next(rest);
        for (ConfigFile file : files.values()) {
            while (other != null && other != file && other.name().compareTo(file.name()) < 0) {
                other = next(rest);
            }
            if (other == file) {
                other = next(rest);
            } else {
                missing.add(file);
            }
        }
        return missing;
    }

    private static @Nullable ConfigFile next(Iterator<ConfigFile> files) {
        return files.hasNext() ? files.next() : null;
    }

    /// Tests of a configuration are none of it: a changed test changes no mesh.
    private static Stream<Placed> placed(ConfigFile file) {
        return IntStream.range(0, file.resources().size())
                .filter(place -> !file.resources().get(place).kind().equals(Kinds.MESH_TEST))
                .mapToObj(place -> Placed.of(file, place));
    }

    /// Both, in their common order.
    private static List<Placed> merged(List<Placed> some, List<Placed> more) {
        if (more.isEmpty()) {
            return some;
        }
        var all = new ArrayList<Placed>(some.size() + more.size());
        int taken = 0;
        for (Placed next : more) {
            int before = -Collections.binarySearch(some, next, Placed.YOUNGEST_LAST) - 1;
            all.addAll(some.subList(taken, before));
            all.add(next);
            taken = before;
        }
        all.addAll(some.subList(taken, some.size()));
        return List.copyOf(all);
    }

    /// The source that they are of.
    public SourceState source() {
        return source;
    }

    /// They themselves.
    public Resources resources() {
        return resources;
    }

    /// About resources that there are several of.
    List<Diagnostic> findings() {
        return findings.toList();
    }

    /// A fingerprint of a world of these: equal ones mean that every proxy gets the same bytes and
    /// every explanation names the same lines.
    String hash(MeshSettings settings) {
        var content = new ContentHash().add(settings.toString());
        chosen.forEach(p -> content.add(p.fingerprint()));
        return content.hex();
    }

    /// @param rivals for one id, the one in force last
    private void report(List<Placed> rivals) {
        Placed last = rivals.getLast();
        List<Placed> others = rivals.subList(0, rivals.size() - 1);
        others.forEach(other -> findings.add(overruled(other, last)));
        findings.add(
                Diagnostic.of(
                        DiagnosticCode.DUPLICATE_RESOURCE,
                        last.resource().origin(),
                        "also defined at " + others.getLast().line() + "; this one is in force",
                        "Remove one of them"));
    }

    private static Diagnostic overruled(Placed rival, Placed chosen) {
        String why =
                rival.file().equals(chosen.file())
                        ? "which comes later in the same file"
                        : "which changed later";
        return Diagnostic.of(
                DiagnosticCode.DUPLICATE_RESOURCE,
                rival.resource().origin(),
                "not in force: also defined at " + chosen.line() + ", " + why,
                "Remove one of them");
    }
}
