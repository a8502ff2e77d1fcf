package dev.heddle.cli.analyze;

import dev.heddle.cli.machine.Machine;
import dev.heddle.cli.offline.Configuration;
import dev.heddle.cli.online.Api;
import dev.heddle.cli.online.LiveResources;
import dev.heddle.compiler.analyze.Subject;
import dev.heddle.control.source.ConfigFile;
import dev.heddle.control.source.SourceState;
import dev.heddle.control.world.Edition;
import dev.heddle.control.world.WorldBuilder;
import dev.heddle.model.Diagnostic;
import dev.heddle.model.DiagnosticCode;
import dev.heddle.model.Origin;
import dev.heddle.model.Resource;
import dev.heddle.model.ResourceId;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/// What is analyzed: files, a running mesh, or the mesh as it would be with the files.
///
/// @param written the texts of the files
/// @param live what runs; empty where nobody asked
/// @param now for the dates of certificates
record AnalyzedSource(
        Edition edition,
        Subject subject,
        Configuration.Texts written,
        Optional<LiveResources> live,
        Instant now) {
    /// What Secrets hold is not shown by the mesh, so nothing can be said of it.
    private static final Set<DiagnosticCode> OF_SECRETS =
            Set.of(DiagnosticCode.UNUSABLE_CERTIFICATE, DiagnosticCode.INVALID_GATEWAY_CREDENTIAL);

    static AnalyzedSource read(List<Path> paths, Optional<Api> mesh, Machine machine) {
        return of(
                Configuration.texts(paths, machine.in()),
                mesh.map(LiveResources::read),
                InstantSource.system().instant());
    }

    private static AnalyzedSource of(
            Configuration.Texts written, Optional<LiveResources> live, Instant now) {
        var read = Configuration.read(written);
        var files = new TreeMap<>(read.files());
        live.ifPresent(l -> files.put(LiveResources.FILE, rest(l, read)));
        Edition edition =
                WorldBuilder.first(new SourceState(files, List.of()), Configuration.SETTINGS, now);
        return new AnalyzedSource(
                edition, Subject.of(edition.world(), read.flawed(), now), written, live, now);
    }

    /// The same with another text of one file.
    AnalyzedSource with(String file, String text) {
        return of(written.with(file, text), live, now);
    }

    /// What the mesh has and the files don't.
    private static ConfigFile rest(LiveResources live, Configuration.Read read) {
        Set<ResourceId> replaced = new HashSet<>();
        read.files().values().forEach(f -> f.resources().forEach(r -> replaced.add(r.id())));
        read.flawed().forEach(r -> replaced.add(r.id()));
        List<Resource<?>> kept =
                live.resources().stream().filter(r -> !replaced.contains(r.id())).toList();
        return new ConfigFile(LiveResources.FILE, Instant.EPOCH, "", kept, List.of());
    }

    /// The texts of the files, by name.
    Map<String, String> texts() {
        return written.texts();
    }

    /// How many files it was read from.
    int files() {
        return written.texts().size();
    }

    boolean isMesh() {
        return live.isPresent();
    }

    /// What reading and checking found.
    List<Diagnostic> known() {
        if (live.isEmpty()) {
            return edition.findings();
        }
        var known = new ArrayList<Diagnostic>(live.get().findings());
        edition.findings().stream()
                .filter(d ->
                        !OF_SECRETS.contains(d.code())
                                || !d.origin().file().equals(LiveResources.FILE))
                .forEach(known::add);
        return known;
    }

    /// The findings, with the files that the mesh knows its resources by.
    List<Diagnostic> placed(List<Diagnostic> findings) {
        return live.map(l -> findings.stream().map(d -> placed(d, l)).toList()).orElse(findings);
    }

    private static Diagnostic placed(Diagnostic finding, LiveResources live) {
        Origin origin = finding.origin();
        return !origin.file().equals(LiveResources.FILE)
                ? finding
                : new Diagnostic(
                        finding.code(),
                        finding.severity(),
                        live.place(origin),
                        finding.message(),
                        finding.hint());
    }
}
