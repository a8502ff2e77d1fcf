package dev.heddle.control.source;

import dev.heddle.model.Diagnostic;
import dev.heddle.model.Resource;
import dev.heddle.model.Severity;
import dev.heddle.model.codec.ResourceReader;
import java.util.List;

/// Reads the text of a file into resources. Pure: equal texts give equal resources.
@FunctionalInterface
public interface ConfigReader {
    /// Reads the mesh's resources.
    ConfigReader RESOURCES =
            (file, text) -> {
                var parsed = ResourceReader.read(file, text);
                return new Reading(parsed.resources(), parsed.diagnostics());
            };

    /// What a text says.
    ///
    /// @param resources those that could be read
    /// @param findings about those that could not, and about fields
    record Reading(List<Resource<?>> resources, List<Diagnostic> findings) {
        public Reading {
            resources = List.copyOf(resources);
            findings = List.copyOf(findings);
        }

        /// Whether nothing in the text had to be left out.
        boolean isWhole() {
            return findings.stream().noneMatch(d -> d.severity() == Severity.ERROR);
        }
    }

    /// Never throws because of the text.
    ///
    /// @param file how findings call the text
    Reading read(String file, String text);
}
