package dev.heddle.control.view;

import dev.heddle.compiler.world.MeshSettings;
import dev.heddle.control.access.Caller;
import dev.heddle.control.access.Role;
import dev.heddle.control.audit.AuditTrail;
import dev.heddle.control.source.ConfigFile;
import dev.heddle.control.source.ConfigSource;
import dev.heddle.control.source.SourceState;
import dev.heddle.control.view.Apply.Change;
import dev.heddle.control.view.Apply.Verb;
import dev.heddle.control.world.DurableFile;
import dev.heddle.control.world.Edition;
import dev.heddle.control.world.WorldBuilder;
import dev.heddle.control.world.WorldLoop;
import dev.heddle.model.Diagnostic;
import dev.heddle.model.DiagnosticCode;
import dev.heddle.model.Diagnostics;
import dev.heddle.model.Origin;
import dev.heddle.model.Resource;
import dev.heddle.model.ResourceId;
import dev.heddle.model.Severity;
import dev.heddle.model.codec.ResourceReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.ReentrantLock;

/// Puts resources in force, and takes them away, by writing files: the directory of configuration
/// stays the only truth, and what was applied can be read, copied and versioned like the rest.
///
/// Callable from any thread; one call at a time does its work. A call that succeeds returns once
/// its change is in force.
public final class ConfigStore {
    /// What is wrong between resources, which may be mended by another one that is yet to come. As
    /// with Kubernetes and Istio's webhook, that refuses none.
    private static final Set<DiagnosticCode> OF_OTHERS =
            Set.of(
                    DiagnosticCode.REFERENCED_RESOURCE_NOT_FOUND,
                    DiagnosticCode.CONFLICTING_MESH_GATEWAY_HOSTS,
                    DiagnosticCode.CONFLICTING_GATEWAYS,
                    DiagnosticCode.PORT_SELECTOR_REQUIRED,
                    DiagnosticCode.INVALID_GATEWAY_CREDENTIAL,
                    DiagnosticCode.GATEWAY_STATUS);

    private static final long PATIENCE_SECONDS = 10;

    private final Path config;
    private final ConfigSource source;
    private final WorldLoop worlds;
    private final MeshSettings settings;
    private final AuditTrail audit;
    private final InstantSource clock;
    private final ReentrantLock lock = new ReentrantLock();

    /// @param config the directory that `source` watches
    public ConfigStore(
            Path config,
            ConfigSource source,
            WorldLoop worlds,
            MeshSettings settings,
            AuditTrail audit,
            InstantSource clock) {
        this.config = config;
        this.source = source;
        this.worlds = worlds;
        this.settings = settings;
        this.audit = audit;
        this.clock = clock;
    }

    /// Puts all resources of a text in force, or none.
    ///
    /// An error in the text or in what it would do refuses it. A name that is not there (yet) does
    /// not: the rest may come with the next call.
    ///
    /// @param caller who wants it, and is asked for a role in every resource's namespace
    /// @param from how findings call the text
    /// @param namespace of resources that name none
    /// @param dryRun whether to say only what would happen
    /// @throws IOException when the change could not be written, or is not in force after ten
    ///   seconds
    public Apply apply(Caller caller, String from, String text, String namespace, boolean dryRun)
            throws IOException {
        var parsed = ResourceReader.read(from, text, namespace);
        Optional<ResourceId> foreign =
                parsed.resources().stream()
                        .<ResourceId>map(Resource::id)
                        .filter(id -> !caller.may(Role.OPERATOR, id.namespace()))
                        .findFirst();
        if (foreign.isPresent()) {
            return new Apply.Forbidden(foreign.get());
        }
        var errors = new Diagnostics();
        errors.addAll(parsed.diagnostics());
        Map<String, Resource<?>> byFile = byFile(from, parsed.resources(), errors);
        if (errors.hasErrors()) {
            return new Apply.Refused(errors.toList());
        }
        lock.lock();
        try {
            return apply(caller, from, byFile, parsed.diagnostics(), dryRun);
        } finally {
            lock.unlock();
        }
    }

    private Apply apply(
            Caller caller,
            String from,
            Map<String, Resource<?>> byFile,
            List<Diagnostic> parseFindings,
            boolean dryRun)
            throws IOException {
        Edition now = current();
        var brought = new Diagnostics();
        brought.addAll(parseFindings);
        newFindings(now, byFile).stream()
                .filter(d -> d.origin().file().equals(from) || caller.sees(d.origin().namespace()))
                .forEach(brought::add);
        boolean refused =
                brought.toList().stream()
                        .filter(d -> d.origin().file().equals(from))
                        .anyMatch(ConfigStore::forbids);
        if (refused) {
            return new Apply.Refused(brought.toList());
        }
        var changes = new ArrayList<Change>();
        var texts = new LinkedHashMap<String, Optional<String>>();
        byFile.forEach((file, resource) -> {
            Verb verb = verb(now, resource);
            changes.add(new Change(resource.id(), verb));
            if (verb != Verb.UNCHANGED) {
                texts.put(file, Optional.of(AppliedFile.text(resource)));
            }
        });
        long version = dryRun || texts.isEmpty() ? now.version() : write(texts, caller);
        return new Apply.Done(version, changes, brought.toList());
    }

    /// Deletes an applied resource.
    ///
    /// @param caller who wants it, who may change what is in that namespace
    /// @param dryRun whether to say only what would happen
    /// @throws IOException when the change could not be written, or is not in force after ten
    ///   seconds
    public Deletion delete(Caller caller, ResourceId id, boolean dryRun) throws IOException {
        lock.lock();
        try {
            Edition now = current();
            List<Resource<?>> all = definitions(now.source(), id);
            if (all.isEmpty()) {
                return new Deletion.NotFound();
            }
            Optional<ConfigFile> applied = appliedFile(now.source(), id);
            if (applied.isEmpty()) {
                return new Deletion.Foreign(place(all.getFirst()));
            }
            ConfigFile file = applied.get();
            String remains =
                    all.stream()
                            .filter(r -> !file.resources().contains(r))
                            .map(ConfigStore::place)
                            .findFirst()
                            .orElse("");
            long version =
                    dryRun
                            ? now.version()
                            : write(Map.of(file.name(), Optional.<String>empty()), caller);
            return new Deletion.Done(version, remains);
        } finally {
            lock.unlock();
        }
    }

    private Edition current() throws IOException {
        return worlds.current()
                .orElseThrow(() -> new IOException("the configuration is not read yet"));
    }

    private static Map<String, Resource<?>> byFile(
            String from, List<Resource<?>> resources, Diagnostics errors) {
        var byFile = new LinkedHashMap<String, Resource<?>>();
        for (Resource<?> resource : resources) {
            Optional<AppliedFile> file = AppliedFile.of(resource.id());
            if (file.isEmpty()) {
                errors.add(
                        DiagnosticCode.INVALID_VALUE,
                        resource.origin(),
                        "name '" + resource.id() + "' (expected: a-z, 0-9, '-' and '.')",
                        "");
            } else if (byFile.put(file.get().name(), resource) != null) {
                errors.add(
                        new Diagnostic(
                                DiagnosticCode.DUPLICATE_RESOURCE,
                                Severity.ERROR,
                                resource.origin(),
                                "defined twice in " + from,
                                "Remove one of them"));
            }
        }
        return byFile;
    }

    /// What would be found that is not found now.
    private List<Diagnostic> newFindings(Edition now, Map<String, Resource<?>> byFile) {
        var files = new TreeMap<String, ConfigFile>(now.source().files());
        byFile.forEach((name, resource) ->
                files.put(
                        name,
                        new ConfigFile(
                                name,
                                clock.instant(),
                                resource.source().text(),
                                List.of(resource),
                                List.of())));
        var would = new SourceState(files, now.source().findings());
        Edition next = WorldBuilder.next(now, would, settings, clock.instant());
        var before = new HashSet<>(now.findings());
        return next.findings().stream().filter(d -> !before.contains(d)).toList();
    }

    private static boolean forbids(Diagnostic finding) {
        return finding.severity() == Severity.ERROR && !OF_OTHERS.contains(finding.code());
    }

    private static Verb verb(Edition now, Resource<?> wanted) {
        return now.world().resources().all().stream()
                .filter(r -> r.id().equals(wanted.id()))
                .findFirst()
                .map(r -> AppliedFile.sameText(r, wanted) ? Verb.UNCHANGED : Verb.CONFIGURED)
                .orElse(Verb.CREATED);
    }

    private static List<Resource<?>> definitions(SourceState source, ResourceId id) {
        var found = new ArrayList<Resource<?>>();
        for (ConfigFile file : source.files().values()) {
            file.resources().stream().filter(r -> r.id().equals(id)).forEach(found::add);
        }
        return found;
    }

    /// The file that was made for the resource, and holds nothing else.
    private static Optional<ConfigFile> appliedFile(SourceState source, ResourceId id) {
        return AppliedFile.of(id)
                .flatMap(f -> Optional.ofNullable(source.files().get(f.name())))
                .filter(f -> f.resources().stream().allMatch(r -> r.id().equals(id)));
    }

    private static String place(Resource<?> resource) {
        Origin origin = resource.origin();
        return origin.file() + ":" + origin.position().line();
    }

    /// Writes files (an empty text deletes one) and waits until they are in force. When one cannot
    /// be written, those before it are put back.
    private long write(Map<String, Optional<String>> texts, Caller caller) throws IOException {
        // What could not be recorded is not done.
        audit.flush();
        if (!Files.isDirectory(config)) {
            throw new IOException(config + " is not there, so nothing can be kept in it");
        }
        var before = new LinkedHashMap<String, Optional<String>>();
        audit.claim(texts, caller);
        try {
            for (var entry : texts.entrySet()) {
                Path file = config.resolve(entry.getKey());
                before.put(
                        entry.getKey(),
                        Files.exists(file)
                                ? Optional.of(Files.readString(file))
                                : Optional.empty());
                put(file, entry.getValue());
            }
        } catch (IOException e) {
            putBack(before, e);
            audit.release(texts);
            throw e;
        }
        long version = await(texts.keySet());
        audit.flush();
        return version;
    }

    private static void put(Path file, Optional<String> text) throws IOException {
        if (text.isPresent()) {
            Files.createDirectories(file.getParent());
            DurableFile.write(file, text.get());
        } else {
            DurableFile.delete(file);
        }
    }

    private void putBack(Map<String, Optional<String>> before, IOException why) {
        before.forEach((name, text) -> {
            try {
                put(config.resolve(name), text);
            } catch (IOException e) {
                why.addSuppressed(e);
            }
        });
    }

    private long await(Set<String> names) throws IOException {
        try {
            return source.refresh(names).get(PATIENCE_SECONDS, TimeUnit.SECONDS);
        } catch (TimeoutException | ExecutionException e) {
            throw new IOException("written, but not in force yet; see the control plane's log", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("written, but interrupted before it was in force", e);
        }
    }
}
