package dev.heddle.control.slo;

import dev.heddle.control.slo.BurnRule.Urgency;
import dev.heddle.control.slo.SloStatus.Burn;
import dev.heddle.control.world.DurableFile;
import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Since when budgets burn, so that a start of the control plane is no new beginning: a line for
/// each, of its time, its urgency and the objective.
final class SloRecord {
    private static final Logger LOG = LoggerFactory.getLogger(SloRecord.class);

    private final Path directory;
    private final Path file;

    /// @param data the data directory, which is there
    SloRecord(Path data) {
        this.directory = data.resolve("state");
        this.file = directory.resolve("slos");
    }

    /// What an earlier run knew, by the objectives' names; nothing where that cannot be read.
    Map<String, Burn> read() {
        var burns = new TreeMap<String, Burn>();
        try {
            for (String line : Files.readAllLines(file)) {
                String[] parts = line.split(" ", 3);
                if (parts.length == 3) {
                    burns.put(
                            parts[2], new Burn(Instant.parse(parts[0]), Urgency.valueOf(parts[1])));
                }
            }
        } catch (NoSuchFileException _) {
            LOG.debug("{} is not there yet", file);
        } catch (CharacterCodingException | DateTimeException | IllegalArgumentException e) {
            LOG.error("{} is damaged; what burns begins to burn now", file, e);
            burns.clear();
        } catch (IOException e) {
            LOG.error("{} cannot be read; what burns begins to burn now", file, e);
        }
        return burns;
    }

    /// Keeps what is known.
    void write(Map<String, Burn> burns) {
        String text =
                burns.entrySet().stream()
                        .map(it ->
                                "%s %s %s%n"
                                        .formatted(
                                                it.getValue().since(),
                                                it.getValue().urgency(),
                                                it.getKey()))
                        .collect(Collectors.joining());
        try {
            Files.createDirectories(directory);
            DurableFile.write(file, text);
        } catch (IOException e) {
            LOG.error("{} cannot be written; after a start, what burns begins anew", file, e);
        }
    }
}
