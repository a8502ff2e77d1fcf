package dev.heddle.control.world;

import dev.heddle.control.source.ConfigFile;
import dev.heddle.control.source.Signature;
import dev.heddle.control.source.SourceState;
import java.io.IOException;
import java.net.URLDecoder;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Writes files of the directory of configuration all or none, whenever the process ends.
///
/// ```
///   journal is safe ──▶ texts stand beside, under hidden names ──▶ renamed, deleted ──▶ gone
///         │                          │ a disk is full                    │ one is not let
///         ▼ killed                   ▼                                   ▼
///   the next start ends it     they go, nothing happened       what was done is undone
/// ```
///
/// The journal is `state/change` in the data directory; its last line is the hash of those before.
/// Used by one thread at a time.
public final class ChangeJournal {
    private static final Logger LOG = LoggerFactory.getLogger(ChangeJournal.class);
    private static final String HEAD = "heddle-change 1";
    private static final String NOTHING = "-";

    private final Path journal;
    private final Path config;

    /// @param data the data directory, whose `state` is there
    /// @param config the directory of configuration
    public ChangeJournal(Path data, Path config) {
        this.journal = data.resolve("state").resolve("change");
        this.config = config;
    }

    /// One file: what it says before, and shall say.
    ///
    /// @param before hash of that; [#NOTHING] where it is not there
    private record Step(String before, Optional<String> after) {}

    /// Writes all files of a change, durably.
    ///
    /// @throws IOException when one of them cannot be written; then all are as they were, unless
    ///   what is suppressed says otherwise
    public void write(FileChange change) throws IOException {
        if (!Files.isDirectory(config)) {
            throw new IOException(config + " is not there, so nothing can be kept in it");
        }
        var before = new LinkedHashMap<String, Optional<String>>();
        for (String name : change.texts().keySet()) {
            before.put(name, read(config.resolve(name)));
        }
        DurableFile.write(journal, print(change, before));
        try {
            put(change.texts(), before);
        } finally {
            DurableFile.delete(journal);
        }
    }

    /// Sees to it that nothing is lost when a file is written that somebody else looks after.
    ///
    /// @param known what is in force
    /// @throws IOException when the file is a link, or has a text that is not in force
    public void expect(String name, SourceState known) throws IOException {
        Path file = config.resolve(name);
        if (Files.isSymbolicLink(file)) {
            throw new IOException(file + " is a link, so it must be changed where it leads to");
        }
        Optional<String> there = read(file);
        @Nullable ConfigFile inForce = known.files().get(name);
        if (there.isPresent() && (inForce == null || !there.get().equals(inForce.text()))) {
            throw new IOException(
                    file
                            + " has a text that is not in force, which would be lost; mend it or"
                            + " move it away");
        }
    }

    private void put(Map<String, Optional<String>> texts, Map<String, Optional<String>> before)
            throws IOException {
        Map<String, Path> staged = stage(texts);
        var done = new LinkedHashMap<String, Optional<String>>();
        try {
            for (String name : texts.keySet()) {
                Path file = config.resolve(name);
                done.put(name, before.getOrDefault(name, Optional.empty()));
                if (staged.containsKey(name)) {
                    DurableFile.commit(staged.remove(name), file);
                } else {
                    DurableFile.delete(file);
                }
            }
        } catch (IOException e) {
            undo(done, e);
            throw e;
        } finally {
            for (Path left : staged.values()) {
                Files.deleteIfExists(left);
            }
        }
    }

    /// The texts beside their files, safe on the disk.
    private Map<String, Path> stage(Map<String, Optional<String>> texts) throws IOException {
        var staged = new LinkedHashMap<String, Path>();
        try {
            for (var entry : texts.entrySet()) {
                if (entry.getValue().isPresent()) {
                    Path file = config.resolve(entry.getKey());
                    Files.createDirectories(file.resolveSibling(""));
                    staged.put(entry.getKey(), DurableFile.stage(file, entry.getValue().get()));
                }
            }
            return staged;
        } catch (IOException e) {
            for (Path left : staged.values()) {
                Files.deleteIfExists(left);
            }
            throw e;
        }
    }

    private void undo(Map<String, Optional<String>> done, IOException why) {
        done.forEach((name, text) -> {
            Path file = config.resolve(name);
            try {
                if (text.isPresent()) {
                    DurableFile.write(file, text.get());
                } else {
                    DurableFile.delete(file);
                }
            } catch (IOException e) {
                why.addSuppressed(e);
            }
        });
    }

    /// Ends what an earlier run had begun to write when it was killed. A file that somebody has
    /// changed since stays as he left it.
    ///
    /// @return what was ended; empty when there was nothing to end
    /// @throws IOException when it cannot be ended; the next start tries again
    public Optional<FileChange> recover() throws IOException {
        Optional<String> text = read(journal);
        if (text.isEmpty()) {
            return Optional.empty();
        }
        Optional<Begun> begun = parse(text.get());
        if (begun.isEmpty()) {
            LOG.error("{} is damaged and passed over", journal);
            DurableFile.delete(journal);
            return Optional.empty();
        }
        if (!Files.isDirectory(config)) {
            throw new IOException(config + " is not there, so a change cannot be ended");
        }
        var texts = new LinkedHashMap<String, Optional<String>>();
        var before = new LinkedHashMap<String, Optional<String>>();
        for (var entry : begun.get().steps().entrySet()) {
            String name = entry.getKey();
            Step step = entry.getValue();
            Optional<String> now = read(config.resolve(name));
            if (hash(now).equals(step.before()) || now.equals(step.after())) {
                texts.put(name, step.after());
                before.put(name, now);
            } else {
                LOG.warn("{} was changed since, and stays as it is", config.resolve(name));
            }
        }
        put(texts, before);
        DurableFile.delete(journal);
        LOG.info("a change of {} that had been begun is ended", texts.keySet());
        return Optional.of(new FileChange(texts, begun.get().by()));
    }

    private static Optional<String> read(Path file) throws IOException {
        try {
            return Optional.of(Files.readString(file));
        } catch (NoSuchFileException _) {
            return Optional.empty();
        }
    }

    private static String hash(Optional<String> text) {
        return text.map(ContentHash::of).orElse(NOTHING);
    }

    static String print(FileChange change, Map<String, Optional<String>> before) {
        var lines = new ArrayList<String>();
        Signature by = change.by();
        lines.add("by " + word(by.who()) + " " + word(by.from()) + " " + word(by.message()));
        change.texts()
                .forEach((name, text) ->
                        lines.add(
                                "file %s %s %s"
                                        .formatted(
                                                word(name),
                                                hash(before.getOrDefault(name, Optional.empty())),
                                                text.map(ChangeJournal::word).orElse(NOTHING))));
        return SealedText.seal(HEAD, lines);
    }

    private record Begun(Signature by, Map<String, Step> steps) {}

    private static Optional<Begun> parse(String text) {
        try {
            return SealedText.open(HEAD, text).map(ChangeJournal::read);
        } catch (IllegalArgumentException | IndexOutOfBoundsException e) {
            return Optional.empty();
        }
    }

    private static Begun read(List<String> lines) {
        String[] by = lines.getFirst().split(" ", -1);
        var steps = new LinkedHashMap<String, Step>();
        for (String line : lines.subList(1, lines.size())) {
            String[] words = line.split(" ", -1);
            Optional<String> after =
                    words[3].equals(NOTHING) ? Optional.empty() : Optional.of(text(words[3]));
            steps.put(text(words[1]), new Step(words[2], after));
        }
        return new Begun(new Signature(text(by[1]), text(by[2]), text(by[3])), steps);
    }

    /// Begins with a sign, so that none is empty or looks like [#NOTHING].
    private static String word(String text) {
        return "=" + URLEncoder.encode(text, StandardCharsets.UTF_8);
    }

    private static String text(String word) {
        return URLDecoder.decode(word.substring(1), StandardCharsets.UTF_8);
    }
}
