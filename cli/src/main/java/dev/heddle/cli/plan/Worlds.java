package dev.heddle.cli.plan;

import dev.heddle.cli.machine.Machine;
import dev.heddle.cli.offline.Configuration;
import dev.heddle.cli.offline.FindingsText;
import dev.heddle.cli.online.Api;
import dev.heddle.cli.online.ProxyStatus;
import dev.heddle.cli.online.ResourceName;
import dev.heddle.cli.text.Failure;
import dev.heddle.compiler.analyze.Analyzers;
import dev.heddle.compiler.analyze.Subject;
import dev.heddle.compiler.world.World;
import dev.heddle.control.source.ConfigFile;
import dev.heddle.control.world.Edition;
import dev.heddle.model.Diagnostic;
import dev.heddle.model.Origin;
import dev.heddle.model.Resource;
import dev.heddle.model.ResourceId;
import dev.heddle.model.Severity;
import dev.heddle.model.codec.ResourceReader;
import dev.heddle.model.kinds.Kinds;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/// The configuration as it is, and as the change would make it.
///
/// @param resources what becomes of each resource that is named: `added`, `changed`, `unchanged` or
///   `removed`
/// @param read the configuration as it is
/// @param connected workloads whose proxies are connected to it
public record Worlds(
        Edition before,
        Edition after,
        Map<ResourceId, String> resources,
        Base.Read read,
        List<String> connected,
        Instant now) {

    /// What would be done.
    ///
    /// @param files to apply
    /// @param deletions as in `virtualservice/reviews`
    /// @param namespace of resources that name none, and of those that would be deleted
    public record Change(List<Path> files, List<String> deletions, String namespace) {}

    /// Reads both.
    ///
    /// @throws Failure when the change could not be made
    static Worlds read(Base base, Change change, Machine machine) {
        Instant now = InstantSource.system().instant();
        Base.Read read = base.read(machine);
        SortedMap<String, ConfigFile> files = read.files();
        List<Resource<?>> known =
                files.values().stream()
                        .<Resource<?>>flatMap(it -> it.resources().stream())
                        .toList();
        SortedMap<String, ConfigFile> written = written(change, machine);
        var resources = new LinkedHashMap<ResourceId, String>();
        written.values().stream()
                .flatMap(it -> it.resources().stream())
                .forEach(it -> resources.put(it.id(), what(it, known)));
        deletions(change, known).forEach(it -> resources.put(it, "removed"));
        var changed = new TreeMap<String, ConfigFile>();
        files.forEach((name, file) -> changed.put(name, without(file, resources)));
        changed.putAll(written);
        return new Worlds(
                read.edition(now),
                new Base.Read(changed, read.live()).edition(now),
                resources,
                read,
                base instanceof Base.Mesh(Api api) ? ProxyStatus.connected(api) : List.of(),
                now);
    }

    /// The files of the change. What could not be applied as a whole is no change.
    private static SortedMap<String, ConfigFile> written(Change change, Machine machine) {
        var files = new TreeMap<String, ConfigFile>();
        SortedMap<String, String> texts = Configuration.texts(change.files(), machine.in()).texts();
        if (texts.isEmpty() && change.deletions().isEmpty()) {
            throw Failure.usage(
                    "there is no configuration in %s (expected: *.yaml, *.yml or *.json)"
                            .formatted(change.files()),
                    "name files or directories of YAML, or '-' for standard input");
        }
        texts.forEach((name, text) -> {
            var parsed = ResourceReader.read(name, text, change.namespace());
            if (parsed.diagnostics().stream().anyMatch(it -> it.severity() == Severity.ERROR)) {
                machine.err().print(FindingsText.lines(parsed.diagnostics()));
                throw Failure.of(name + " has errors, so it would not be applied", "see above");
            }
            files.put(
                    name,
                    new ConfigFile(
                            name, Instant.EPOCH, text, parsed.resources(), parsed.diagnostics()));
        });
        return files;
    }

    private static String what(Resource<?> resource, List<Resource<?>> known) {
        return known.stream()
                .filter(it -> it.id().equals(resource.id()))
                .findFirst()
                .map(it ->
                        it.spec().equals(resource.spec())
                                        && it.metadata().equals(resource.metadata())
                                ? "unchanged"
                                : "changed")
                .orElse("added");
    }

    private static List<ResourceId> deletions(Change change, List<Resource<?>> known) {
        var ids = new ArrayList<ResourceId>();
        for (String word : change.deletions()) {
            if (!word.contains("/")) {
                throw Failure.usage(
                        "--delete: '%s' (expected: KIND/NAME)".formatted(word),
                        "for example --delete virtualservice/reviews");
            }
            ResourceName name = ResourceName.parse(List.of(word)).getFirst();
            ids.add(
                    known.stream()
                            .map(Resource::id)
                            .filter(it -> Kinds.word(it.kind()).equals(name.plural()))
                            .filter(it -> it.name().equals(name.name()))
                            .filter(it ->
                                    it.namespace().isEmpty()
                                            || it.namespace().equals(change.namespace()))
                            .findFirst()
                            .orElseThrow(() -> name.notThere(change.namespace())));
        }
        return ids;
    }

    private static ConfigFile without(ConfigFile file, Map<ResourceId, String> named) {
        return new ConfigFile(
                file.name(),
                file.changed(),
                file.text(),
                file.resources().stream().filter(it -> !named.containsKey(it.id())).toList(),
                file.findings().stream()
                        .filter(it ->
                                named.keySet().stream()
                                        .noneMatch(
                                                id -> id.toString().equals(it.origin().resource())))
                        .toList());
    }

    World old() {
        return before.world();
    }

    World changed() {
        return after.world();
    }

    /// What is wrong afterwards and was not before.
    List<Diagnostic> broken() {
        return added(findings(before), findings(after));
    }

    /// What was wrong before and is not any more.
    List<Diagnostic> mended() {
        return added(findings(after), findings(before));
    }

    private List<Diagnostic> findings(Edition edition) {
        return Analyzers.findings(Subject.of(edition.world(), List.of(), now), edition.findings());
    }

    private List<Diagnostic> added(List<Diagnostic> some, List<Diagnostic> more) {
        var known = some.stream().map(Worlds::essence).toList();
        return more.stream().filter(it -> !known.contains(essence(it))).map(this::placed).toList();
    }

    /// What a finding says, wherever it stands.
    private static List<String> essence(Diagnostic finding) {
        return List.of(finding.code().id(), finding.origin().resource(), finding.message());
    }

    private Diagnostic placed(Diagnostic finding) {
        return new Diagnostic(
                finding.code(),
                finding.severity(),
                placed(finding.origin()),
                finding.message(),
                finding.hint());
    }

    /// The origin, with the file that the mesh knows the resource by.
    Origin placed(Origin origin) {
        return read.placed(origin);
    }
}
