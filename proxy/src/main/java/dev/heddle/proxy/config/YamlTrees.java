package dev.heddle.proxy.config;

import org.jspecify.annotations.Nullable;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.exceptions.Mark;
import org.snakeyaml.engine.v2.exceptions.MarkedYamlEngineException;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;

/// YAML, and so JSON, as maps, lists, texts, numbers, truths and null.
final class YamlTrees {

    private YamlTrees() {}

    /// The tree of one YAML document.
    ///
    /// @param label what to call the text in errors: its file's name
    /// @throws IllegalArgumentException with file, line and column
    static @Nullable Object read(String label, String yaml) {
        // Aliases are bounded: ten lines can otherwise stand for a gigabyte.
        LoadSettings settings =
                LoadSettings.builder()
                        .setLabel(label)
                        .setAllowDuplicateKeys(false)
                        .setMaxAliasesForCollections(50)
                        .build();
        try {
            return new Load(settings).loadFromString(yaml);
        } catch (MarkedYamlEngineException e) {
            throw new IllegalArgumentException(
                    label + place(e.getProblemMark().orElse(null)) + ": " + e.getProblem(), e);
        } catch (YamlEngineException e) {
            throw new IllegalArgumentException(label + ": " + e.getMessage(), e);
        }
    }

    private static String place(@Nullable Mark mark) {
        return mark == null ? "" : ":" + (mark.getLine() + 1) + ":" + (mark.getColumn() + 1);
    }
}
