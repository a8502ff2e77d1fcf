package dev.heddle.control.world;

import dev.heddle.control.world.VersionChange.ResourceChange;
import java.net.URLDecoder;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// How a world is remembered: its number, its hash, and the files it was made of.
///
/// ```
/// heddle-world 1
/// version 17
/// hash 9f86…
/// since 2026-11-21T04:00:00Z
/// who anna
/// message v3+for+everybody
/// changed 1
/// change configured default VirtualService+default%2Freviews
/// file 1b4f… 2026-11-21T03:59:59.250Z applied/reviews.yaml
/// end 60303…
/// ```
///
/// Who changed what of the version before may be missing. The last line is the hash of those
/// before, so that half a file is not taken for a whole.
///
/// @param files whose texts are kept beside, under their own hashes
record WorldRecord(
        long version, String hash, Instant since, VersionChange change, List<FileLine> files) {
    private static final String HEAD = "heddle-world 1";

    /// @param text hash of the file's text
    /// @param name relative to the configuration directory
    record FileLine(String text, Instant changed, String name) {}

    WorldRecord {
        files = List.copyOf(files);
    }

    static WorldRecord of(Edition edition, VersionChange change) {
        return new WorldRecord(
                edition.version(),
                edition.hash(),
                edition.since(),
                change,
                edition.source().files().values().stream()
                        .map(f -> new FileLine(ContentHash.of(f.text()), f.changed(), f.name()))
                        .toList());
    }

    String print() {
        var lines = new ArrayList<String>();
        lines.add("version " + version);
        lines.add("hash " + hash);
        lines.add("since " + since);
        change.who().forEach(who -> lines.add("who " + encode(who)));
        if (!change.message().isEmpty()) {
            lines.add("message " + encode(change.message()));
        }
        if (change.count() > 0) {
            lines.add("changed " + change.count());
        }
        for (ResourceChange c : change.resources()) {
            lines.add(
                    "change %s %s %s"
                            .formatted(c.action(), encode(c.namespace()), encode(c.resource())));
        }
        for (FileLine f : files) {
            lines.add("file " + f.text() + " " + f.changed() + " " + encode(f.name()));
        }
        return SealedText.seal(HEAD, lines);
    }

    /// What was printed; empty when the text is anything else.
    static Optional<WorldRecord> parse(String text) {
        try {
            return SealedText.open(HEAD, text).map(WorldRecord::read);
        } catch (IllegalArgumentException | IndexOutOfBoundsException | DateTimeException e) {
            return Optional.empty();
        }
    }

    private static WorldRecord read(List<String> lines) {
        long version = Long.parseLong(value(lines.get(0), "version"));
        String hash = value(lines.get(1), "hash");
        Instant since = Instant.parse(value(lines.get(2), "since"));
        var who = new ArrayList<String>();
        String message = "";
        int count = 0;
        var resources = new ArrayList<ResourceChange>();
        var files = new ArrayList<FileLine>();
        for (String line : lines.subList(3, lines.size())) {
            String[] words = line.split(" ", -1);
            switch (words[0]) {
                case "who" -> who.add(decode(words[1]));
                case "message" -> message = decode(words[1]);
                case "changed" -> count = Integer.parseInt(words[1]);
                case "change" ->
                        resources.add(
                                new ResourceChange(words[1], decode(words[3]), decode(words[2])));
                case "file" ->
                        files.add(
                                new FileLine(words[1], Instant.parse(words[2]), decode(words[3])));
                default -> throw new IllegalArgumentException(line + " (expected: file …)");
            }
        }
        var change = new VersionChange(who, message, resources, count);
        return new WorldRecord(version, hash, since, change, files);
    }

    private static String encode(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8);
    }

    private static String decode(String word) {
        return URLDecoder.decode(word, StandardCharsets.UTF_8);
    }

    private static String value(String line, String key) {
        if (!line.startsWith(key + " ")) {
            throw new IllegalArgumentException(line + " (expected: " + key + " …)");
        }
        return line.substring(key.length() + 1);
    }
}
