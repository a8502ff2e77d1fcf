package dev.heddle.control.view;

import dev.heddle.compiler.world.MeshSettings;
import dev.heddle.control.access.Caller;
import dev.heddle.control.access.Role;
import dev.heddle.control.audit.AuditTrail;
import dev.heddle.control.source.ConfigFile;
import dev.heddle.control.source.ConfigSource;
import dev.heddle.control.source.Signature;
import dev.heddle.control.source.SourceState;
import dev.heddle.control.stage.StagePlan;
import dev.heddle.control.stage.StageView;
import dev.heddle.control.stage.Stages;
import dev.heddle.control.view.Apply.Change;
import dev.heddle.control.view.Apply.Verb;
import dev.heddle.control.world.ChangeJournal;
import dev.heddle.control.world.Edition;
import dev.heddle.control.world.FileChange;
import dev.heddle.control.world.WorldBuilder;
import dev.heddle.control.world.WorldHistory;
import dev.heddle.control.world.WorldLoop;
import dev.heddle.model.Diagnostic;
import dev.heddle.model.DiagnosticCode;
import dev.heddle.model.Diagnostics;
import dev.heddle.model.Origin;
import dev.heddle.model.Resource;
import dev.heddle.model.ResourceId;
import dev.heddle.model.Severity;
import dev.heddle.model.codec.ResourceReader;
import dev.heddle.model.kinds.Kinds;
import java.io.IOException;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.ReentrantLock;
import java.util.stream.Collectors;
import java.util.stream.Stream;

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

    private final ChangeJournal journal;
    private final WorldHistory history;
    private final ConfigSource source;
    private final WorldLoop worlds;
    private final MeshSettings settings;
    private final AuditTrail audit;
    private final Stages stages;
    private final InstantSource clock;
    private final ReentrantLock lock = new ReentrantLock();

    /// @param journal of the directory that `source` watches
    /// @param history of versions
    /// @param stages of the change that some proxies have first
    public ConfigStore(
            ChangeJournal journal,
            WorldHistory history,
            ConfigSource source,
            WorldLoop worlds,
            MeshSettings settings,
            AuditTrail audit,
            Stages stages,
            InstantSource clock) {
        this.journal = journal;
        this.history = history;
        this.source = source;
        this.worlds = worlds;
        this.settings = settings;
        this.audit = audit;
        this.stages = stages;
        this.clock = clock;
    }

    /// Puts all resources of a text in force, or none: see [#change].
    ///
    /// @param from how findings call the text
    /// @param namespace of resources that name none
    public Apply apply(Caller caller, String from, String text, String namespace, boolean dryRun)
            throws IOException {
        var texts = List.of(new Proposal.Text(from, text));
        return change(caller, new Proposal(texts, namespace, List.of(), ""), How.of(dryRun));
    }

    /// Does what is proposed as one version, or nothing of it.
    ///
    /// An error in a text or in what it would do refuses it. A name that is not there (yet) does
    /// not: the rest may come with the next call.
    ///
    /// @param caller who wants it, and is asked for a role in every resource's namespace
    /// @throws IOException when the change could not be written, or is not in force after ten
    ///   seconds
    public Apply change(Caller caller, Proposal proposal, How how) throws IOException {
        var wanted = new ArrayList<Resource<?>>();
        var findings = new Diagnostics();
        for (Proposal.Text text : proposal.texts()) {
            var parsed = ResourceReader.read(text.from(), text.text(), proposal.namespace());
            wanted.addAll(parsed.resources());
            findings.addAll(parsed.diagnostics());
        }
        Optional<ResourceId> foreign =
                Stream.concat(
                                wanted.stream().<ResourceId>map(Resource::id),
                                proposal.deletions().stream())
                        .filter(id -> !caller.may(Role.OPERATOR, id.namespace()))
                        .findFirst();
        if (foreign.isPresent()) {
            return new Apply.Forbidden(foreign.get());
        }
        List<Change> ignored =
                wanted.stream()
                        .filter(ConfigStore::isTest)
                        .map(test -> new Change(test.id(), Verb.IGNORED, ""))
                        .toList();
        wanted.stream()
                .filter(ConfigStore::isTest)
                .map(ConfigStore::notApplied)
                .forEach(findings::add);
        wanted.removeIf(ConfigStore::isTest);
        Map<String, Resource<?>> byFile = byFile(wanted, proposal.deletions(), findings);
        if (findings.hasErrors()) {
            return new Apply.Refused(findings.toList());
        }
        if (byFile.isEmpty() && proposal.deletions().isEmpty() && ignored.isEmpty()) {
            return new Apply.Empty();
        }
        lock.lock();
        try {
            return change(caller, proposal, byFile, ignored, findings, how);
        } finally {
            lock.unlock();
        }
    }

    private static boolean isTest(Resource<?> resource) {
        return resource.kind().equals(Kinds.MESH_TEST);
    }

    /// Tests lie beside what they test, and no mesh has a use for them.
    private static Diagnostic notApplied(Resource<?> test) {
        return new Diagnostic(
                DiagnosticCode.NOT_IMPLEMENTED,
                Severity.INFO,
                test.origin(),
                "ignored: nothing in a mesh acts on a MeshTest",
                "Run it with 'heddle verify'");
    }

    private Apply change(
            Caller caller,
            Proposal proposal,
            Map<String, Resource<?>> byFile,
            List<Change> ignored,
            Diagnostics findings,
            How how)
            throws IOException {
        Edition now = current();
        var changes = new ArrayList<Change>(ignored);
        var texts = new LinkedHashMap<String, Optional<String>>();
        byFile.forEach((file, resource) -> {
            Verb verb = verb(now, resource);
            changes.add(new Change(resource.id(), verb, ""));
            if (verb != Verb.UNCHANGED) {
                texts.put(file, Optional.of(AppliedFile.text(resource)));
            }
        });
        for (ResourceId id : proposal.deletions()) {
            List<Resource<?>> all = definitions(now.source(), id);
            if (all.isEmpty()) {
                return new Apply.NotThere(id);
            }
            Optional<ConfigFile> applied = appliedFile(now.source(), id);
            if (applied.isEmpty()) {
                return new Apply.Foreign(id, place(all.getFirst()));
            }
            changes.add(new Change(id, Verb.DELETED, remains(all, applied.get())));
            texts.put(applied.get().name(), Optional.empty());
        }
        Set<String> given =
                proposal.texts().stream().map(Proposal.Text::from).collect(Collectors.toSet());
        newFindings(now, would(now, byFile, texts)).stream()
                .filter(d ->
                        given.contains(d.origin().file()) || caller.sees(d.origin().namespace()))
                .forEach(findings::add);
        boolean refused =
                findings.toList().stream()
                        .filter(d -> given.contains(d.origin().file()))
                        .anyMatch(ConfigStore::forbids);
        if (refused) {
            return new Apply.Refused(findings.toList());
        }
        var by = new Signature(caller.name(), caller.from(), proposal.message());
        return bring(
                new FileChange(texts, by),
                how,
                new Apply.Done(now.version(), changes, findings.toList()));
    }

    /// Does what was found to be right.
    ///
    /// @param would what is answered when nothing is to be done
    private Apply bring(FileChange change, How how, Apply.Done would) throws IOException {
        if (how instanceof How.DryRun || change.texts().isEmpty()) {
            return would;
        }
        Optional<StageView> other = stages.view().filter(StageView::isUnderWay);
        if (other.isPresent()) {
            return new Apply.Busy(other.get().version());
        }
        try {
            // What could not be recorded is not done.
            audit.flush();
            long version =
                    how instanceof How.InStages(StagePlan plan)
                            ? stages.begin(change, plan)
                            : write(change);
            return new Apply.Done(version, would.changes(), would.findings());
        } catch (Stages.NobodyToWatch _) {
            return new Apply.Unwatched();
        }
    }

    /// Where a resource is defined beside that file; empty when it is nowhere.
    private static String remains(List<Resource<?>> definitions, ConfigFile file) {
        return definitions.stream()
                .filter(r -> !file.resources().contains(r))
                .map(ConfigStore::place)
                .findFirst()
                .orElse("");
    }

    /// Puts in force what an earlier version said, as a new version, or nothing of it.
    ///
    /// @param caller who wants it, and is asked for a role in every namespace where something
    ///   changes
    /// @throws IOException when it cannot be read or written, or is not in force after ten seconds
    public Apply rollback(Caller caller, Rollback wish, How how) throws IOException {
        lock.lock();
        try {
            Edition now = current();
            Optional<SourceState> then = history.files(wish.version());
            if (then.isEmpty()) {
                List<WorldHistory.Version> kept = history.versions();
                return kept.isEmpty()
                        ? new Apply.NoVersion(wish.version(), 0, 0)
                        : new Apply.NoVersion(
                                wish.version(), kept.getLast().number(), kept.getFirst().number());
            }
            Map<String, Optional<String>> texts = Rollback.texts(now.source(), then.get());
            SourceState would = would(now, texts);
            List<Difference> differences = Difference.between(now.source(), would);
            Optional<ResourceId> foreign =
                    differences.stream()
                            .<ResourceId>map(Difference::id)
                            .filter(id -> !caller.may(Role.OPERATOR, id.namespace()))
                            .findFirst();
            if (foreign.isPresent()) {
                return new Apply.Forbidden(foreign.get());
            }
            List<String> own = Rollback.own(texts);
            if (!own.isEmpty() && !wish.ownFiles()) {
                return new Apply.OwnFiles(own);
            }
            for (String name : own) {
                journal.expect(name, now.source());
            }
            List<Diagnostic> findings =
                    newFindings(now, would).stream()
                            .filter(d -> caller.sees(d.origin().namespace()))
                            .toList();
            var by = new Signature(caller.name(), caller.from(), wish.message());
            List<Change> changes = differences.stream().map(ConfigStore::change).toList();
            return bring(
                    new FileChange(texts, by),
                    how,
                    new Apply.Done(now.version(), changes, findings));
        } finally {
            lock.unlock();
        }
    }

    /// The versions that can be put in force again.
    public WorldHistory history() {
        return history;
    }

    private static Change change(Difference difference) {
        Verb verb =
                difference.before().isEmpty()
                        ? Verb.CREATED
                        : difference.after().isEmpty() ? Verb.DELETED : Verb.CONFIGURED;
        return new Change(difference.id(), verb, "");
    }

    /// What the files would be, each later than the one written before it.
    private SourceState would(Edition now, Map<String, Optional<String>> texts) {
        var files = new TreeMap<String, ConfigFile>(now.source().files());
        Instant changed = clock.instant();
        for (var entry : texts.entrySet()) {
            String name = entry.getKey();
            if (entry.getValue().isEmpty()) {
                files.remove(name);
            } else {
                changed = changed.plusNanos(1);
                files.put(name, ConfigFile.of(name, changed, entry.getValue().get()));
            }
        }
        return new SourceState(files, now.source().findings());
    }

    /// Deletes an applied resource.
    ///
    /// @param caller who wants it, who may change what is in that namespace
    /// @param dryRun whether to say only what would happen
    /// @throws IOException when the change could not be written, or is not in force after ten
    ///   seconds
    public Apply delete(Caller caller, ResourceId id, boolean dryRun) throws IOException {
        return change(
                caller,
                new Proposal(List.of(), ResourceReader.DEFAULT_NAMESPACE, List.of(id), ""),
                How.of(dryRun));
    }

    private Edition current() throws IOException {
        return worlds.current()
                .orElseThrow(() -> new IOException("the configuration is not read yet"));
    }

    private static Map<String, Resource<?>> byFile(
            List<Resource<?>> resources, List<ResourceId> deletions, Diagnostics errors) {
        var byFile = new LinkedHashMap<String, Resource<?>>();
        for (Resource<?> resource : resources) {
            Optional<AppliedFile> file = AppliedFile.of(resource.id());
            if (file.isEmpty()) {
                errors.add(
                        DiagnosticCode.INVALID_VALUE,
                        resource.origin(),
                        "name '" + resource.id() + "' (expected: a-z, 0-9, '-' and '.')",
                        "");
                continue;
            }
            Resource<?> other = byFile.putIfAbsent(file.get().name(), resource);
            if (other != null) {
                errors.add(twice(resource, "defined twice: also at " + place(other)));
            } else if (deletions.contains(resource.id())) {
                errors.add(twice(resource, "is to be deleted in the same change"));
            }
        }
        return byFile;
    }

    private static Diagnostic twice(Resource<?> resource, String what) {
        return new Diagnostic(
                DiagnosticCode.DUPLICATE_RESOURCE,
                Severity.ERROR,
                resource.origin(),
                what,
                "Remove one of them");
    }

    /// What the files would be.
    ///
    /// @param byFile what would be read
    /// @param texts what would be written or, where it is empty, deleted
    private SourceState would(
            Edition now, Map<String, Resource<?>> byFile, Map<String, Optional<String>> texts) {
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
        texts.forEach((name, text) -> {
            if (text.isEmpty()) {
                files.remove(name);
            }
        });
        return new SourceState(files, now.source().findings());
    }

    /// What would be found that is not found now.
    private List<Diagnostic> newFindings(Edition now, SourceState would) {
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

    /// The change that is on its way in stages.
    public Stages stages() {
        return stages;
    }

    /// Writes files and waits until they are in force. For changes that were found to be right.
    ///
    /// @return the version in force
    /// @throws IOException when they could not be written, or are not in force after ten seconds
    public long write(FileChange change) throws IOException {
        audit.claim(change);
        long version;
        try {
            version = await(source.change(change.texts().keySet(), () -> journal.write(change)));
        } catch (IOException e) {
            audit.release(change);
            throw e;
        }
        audit.flush();
        return version;
    }

    private static long await(CompletableFuture<Long> inForce) throws IOException {
        try {
            return inForce.get(PATIENCE_SECONDS, TimeUnit.SECONDS);
        } catch (ExecutionException e) {
            if (e.getCause() instanceof IOException why) {
                throw why;
            }
            throw new IOException("written, but not in force; see the control plane's log", e);
        } catch (TimeoutException e) {
            throw new IOException("written, but not in force yet; see the control plane's log", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted before it was in force", e);
        }
    }
}
