package dev.heddle.control.source;

import dev.heddle.control.source.Stillness.Due;
import dev.heddle.model.Confined;
import dev.heddle.model.Diagnostic;
import dev.heddle.model.DiagnosticCode;
import dev.heddle.model.Origin;
import dev.heddle.model.Position;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;

/// A directory tree of configuration, and what of it is in force.
///
/// A file takes effect as a whole: while it has errors, all of its last good content stays. Only a
/// file that was never whole contributes what of it could be read. A tree that cannot be read takes
/// nothing back, and one that has suddenly lost most of its files is not believed at once: see
/// [MassDeletion].
@Confined("config watch")
final class ConfigDirectory {
    private static final FileStamp SAVED = new FileStamp("saved", -1, Instant.EPOCH, Instant.EPOCH);

    /// @param whole whether the content was read from a text without errors
    private record Known(ConfigFile file, boolean whole) {}

    private final Path root;
    private final ConfigReader reader;
    private final Pace pace;
    private final Map<String, SavedFile> saved = new HashMap<>();
    private final Map<String, FileStamp> inForce = new HashMap<>();
    private final TreeMap<String, Known> known = new TreeMap<>();
    private Stillness stillness;
    private List<Diagnostic> troubles = List.of();
    private boolean wasLost;
    private MassDeletion deletion;
    private @Nullable SourceState said;
    private Map<Path, String> directories = Map.of();

    ConfigDirectory(Path root, ConfigReader reader, Pace pace, List<SavedFile> saved) {
        this.root = root;
        this.reader = reader;
        this.pace = pace;
        this.stillness = new Stillness(pace);
        this.deletion = MassDeletion.none();
        for (SavedFile file : saved) {
            this.saved.put(file.name(), file);
            inForce.put(file.name(), SAVED);
        }
    }

    /// Walks the tree and believes what is due.
    ///
    /// @param atOnce names that are known to be written completely, so that they are due now
    /// @param now in nanoseconds
    /// @return all that is in force, when that is something else than before
    Optional<SourceState> look(Set<String> atOnce, long now) {
        DirectoryScan scan = DirectoryScan.of(root);
        directories = scan.directories();
        if (scan.lost() != wasLost) {
            wasLost = scan.lost();
            // A tree that comes back may come back in pieces.
            stillness = new Stillness(wasLost || said == null ? pace : patient());
        }
        stillness.observe(inForce, scan, now);
        SortedMap<String, Due> due = stillness.due(inForce, now);
        Set<String> going = gone(due);
        deletion = deletion.next(inForce.size(), scan.files().size(), going, pace, now);
        if (deletion.isHeld()) {
            due.keySet().removeAll(going);
        }
        due.forEach(this::believe);
        for (String name : atOnce) {
            if (!scan.hidden(name)) {
                believe(name, new Due(Optional.ofNullable(scan.files().get(name)), false));
            }
        }
        if (scan.lost() || deletion.isHeld()) {
            restore();
        }
        troubles = troubles(scan);
        return said == null && !scan.lost() && !deletion.isHeld() && !stillness.isSettled()
                ? Optional.empty()
                : saySomethingNew();
    }

    /// When to look again although nothing is reported; empty when nothing moves.
    OptionalLong next() {
        return LongStream.concat(
                        stillness.next(inForce, deletion.held()).stream(),
                        deletion.next(pace).stream())
                .min();
    }

    private static Set<String> gone(SortedMap<String, Due> due) {
        return due.entrySet().stream()
                .filter(e -> e.getValue().there().isEmpty())
                .map(Map.Entry::getKey)
                .collect(Collectors.toSet());
    }

    /// The directories that the last look saw, with the identity of each.
    Map<Path, String> directories() {
        return directories;
    }

    private Pace patient() {
        return new Pace(
                pace.quiet().multipliedBy(10),
                pace.impatience().multipliedBy(10),
                pace.stubborn().plus(Duration.ofSeconds(1)),
                pace.rescan(),
                pace.disbelief());
    }

    private void believe(String name, Due due) {
        if (due.there().isEmpty()) {
            forget(name);
            return;
        }
        FileStamp expected = due.there().get();
        try {
            FileText read = FileText.read(root.resolve(name));
            boolean still =
                    read.stamp().equals(expected)
                            && FileStamp.of(root.resolve(name)).equals(expected);
            if (still || due.moving()) {
                accept(name, read);
            }
        } catch (NoSuchFileException e) {
            // Gone since the tree was walked; the next look will see that.
        } catch (IOException e) {
            refuse(name, expected, e);
        }
    }

    private void forget(String name) {
        known.remove(name);
        saved.remove(name);
        inForce.remove(name);
        stillness.settle(name);
    }

    private void accept(String name, FileText read) {
        var reading = reader.read(display(name), read.text());
        Known before = lastGood(name);
        ConfigFile file;
        if (reading.isWhole() || before == null) {
            file =
                    new ConfigFile(
                            name,
                            read.stamp().changed(),
                            read.text(),
                            reading.resources(),
                            reading.findings());
        } else {
            file = before.file().withFindings(withLastGood(name, reading.findings()));
        }
        known.put(name, new Known(file, reading.isWhole() || before != null));
        settle(name, read.stamp());
    }

    private void refuse(String name, FileStamp stamp, IOException why) {
        Known before = lastGood(name);
        var finding = List.of(unreadable(name, why));
        known.put(
                name,
                before != null
                        ? new Known(before.file().withFindings(withLastGood(name, finding)), true)
                        : new Known(
                                new ConfigFile(name, stamp.changed(), "", List.of(), finding),
                                false));
        settle(name, stamp);
    }

    private void settle(String name, FileStamp stamp) {
        inForce.put(name, stamp);
        stillness.settle(name);
    }

    /// What the file said when it was whole, in this run or an earlier one; null when it never was.
    private @Nullable Known lastGood(String name) {
        Known now = known.get(name);
        if (now == null && saved.containsKey(name)) {
            now = restored(saved.get(name));
        }
        return now != null && now.whole() ? now : null;
    }

    private Known restored(SavedFile file) {
        var reading = reader.read(display(file.name()), file.text());
        return new Known(
                new ConfigFile(
                        file.name(),
                        file.changed(),
                        file.text(),
                        reading.resources(),
                        reading.findings()),
                reading.isWhole());
    }

    /// Puts back in force what an earlier run left, where this run could not look yet.
    private void restore() {
        saved.values().forEach(f -> known.computeIfAbsent(f.name(), _ -> restored(f)));
    }

    private Optional<SourceState> saySomethingNew() {
        var files = new TreeMap<String, ConfigFile>();
        known.forEach((name, k) -> files.put(name, k.file()));
        var state = new SourceState(files, troubles);
        if (state.equals(said)) {
            return Optional.empty();
        }
        said = state;
        return Optional.of(state);
    }

    private List<Diagnostic> troubles(DirectoryScan scan) {
        var found = new ArrayList<Diagnostic>();
        scan.troubles().forEach((name, why) -> found.add(unreadable(name, why)));
        deletion.finding(display(""), pace).ifPresent(found::add);
        return found;
    }

    private Diagnostic unreadable(String name, IOException why) {
        String reason =
                switch (why) {
                    case NoSuchFileException _ -> "it is not there";
                    case AccessDeniedException _ -> "permission denied";
                    default -> String.valueOf(why.getMessage());
                };
        return Diagnostic.of(
                DiagnosticCode.UNREADABLE,
                Origin.ofText(display(name), Position.UNKNOWN),
                "cannot be read: " + reason,
                "What it said before stays in force until it can be read again");
    }

    private List<Diagnostic> withLastGood(String name, List<Diagnostic> findings) {
        var all = new ArrayList<>(findings);
        all.add(
                Diagnostic.of(
                        DiagnosticCode.LAST_GOOD,
                        Origin.ofText(display(name), Position.UNKNOWN),
                        "the file has errors, so all of its last good content stays in force",
                        "Mend the errors; until then nothing in this file changes the mesh"));
        return all;
    }

    /// How people know a file. Beneath a link to a directory that is where the link leads, as there
    /// they edit it. A file that is a link itself keeps its name: Kubernetes mounts files as links
    /// to names that nobody chose.
    private String display(String name) {
        Path shown = root;
        Path way = Path.of(name);
        int last = way.getNameCount() - 1;
        for (int i = 0; i <= last; i++) {
            shown = shown.resolve(way.getName(i));
            if (i < last && Files.isSymbolicLink(shown)) {
                shown = led(shown);
            }
        }
        return name.isEmpty() ? root.toString() : shown.toString();
    }

    private static Path led(Path link) {
        try {
            return link.resolveSibling(Files.readSymbolicLink(link)).normalize();
        } catch (IOException _) {
            return link; // gone in this very moment
        }
    }
}
