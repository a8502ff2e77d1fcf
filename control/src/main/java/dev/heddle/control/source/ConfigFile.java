package dev.heddle.control.source;

import dev.heddle.model.Diagnostic;
import dev.heddle.model.Resource;
import java.time.Instant;
import java.util.List;

/// What one file contributes to the mesh.
///
/// @param name relative to the directory, with slashes, as in `applied/reviews.yaml`
/// @param changed when the content in force came into being: of two files that define the same
///   resource, the later wins
/// @param text in force; differs from what is on disk while the file is broken
/// @param resources read from that text
/// @param findings about the text that is on disk
public record ConfigFile(
        String name,
        Instant changed,
        String text,
        List<Resource<?>> resources,
        List<Diagnostic> findings) {

    public ConfigFile {
        resources = List.copyOf(resources);
        findings = List.copyOf(findings);
    }

    /// What a text brings whose mistakes nobody is to be told: one that was made here, or was read
    /// before.
    public static ConfigFile of(String name, Instant changed, String text) {
        return new ConfigFile(
                name,
                changed,
                text,
                ConfigReader.RESOURCES.read(name, text).resources(),
                List.of());
    }

    /// Whether a file of that name was made by the control plane itself, as fetched keys are, and
    /// is not in the directory.
    public static boolean isMade(String name) {
        return !DirectoryScan.isConfiguration(name.substring(name.lastIndexOf('/') + 1));
    }

    /// The same content, under other findings.
    ConfigFile withFindings(List<Diagnostic> others) {
        return new ConfigFile(name, changed, text, resources, others);
    }

    /// Without the text, as there may be Secrets in it.
    @Override
    public String toString() {
        return "ConfigFile[" + name + "]";
    }
}
